"""Drafts, previous versions and the author's marks of instruments and rules

Revision ID: 0003
Revises: 0002

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

TABLES = ('instrument_version', 'rule_version')


def upgrade():
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column('previous_id', sa.Integer(), nullable=True))
            batch.add_column(sa.Column('created_by', sa.Integer(), nullable=True))
            batch.add_column(sa.Column('marks', sa.JSON(), nullable=False, server_default='{}'))
            if table == 'rule_version':
                batch.add_column(sa.Column('published_utc', sa.DateTime(timezone=True), nullable=True))
            batch.create_foreign_key(op.f(f'fk_{table}_previous_id_{table}'), table, ['previous_id'], ['id'])
            batch.create_foreign_key(op.f(f'fk_{table}_created_by_person'), 'person', ['created_by'], ['id'])
    op.execute('UPDATE rule_version SET published_utc = created_utc')
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.alter_column('marks', server_default=None)


def downgrade():
    for table in reversed(TABLES):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f'fk_{table}_created_by_person'), type_='foreignkey')
            batch.drop_constraint(op.f(f'fk_{table}_previous_id_{table}'), type_='foreignkey')
            for column in ('marks', 'created_by', 'previous_id'):
                batch.drop_column(column)
            if table == 'rule_version':
                batch.drop_column('published_utc')
