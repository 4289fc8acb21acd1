"""Until when a letter of the plan waits: a mail server that is away costs no letter

Revision ID: 0009
Revises: 0008

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('plan_letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_utc', sa.DateTime(timezone=True), nullable=True))


def downgrade():
    with op.batch_alter_table('plan_letter', schema=None) as batch_op:
        batch_op.drop_column('next_utc')
