"""What is entered in the roadmap is entered once: a unique key of the content

Of rows that are the same already the first gets the key; the others stay as they are, with none. A unique index, not a
constraint: SQLite would write the tables anew for it, and the children of the old ones would go with them.

Revision ID: 0010
Revises: 0009

"""
import hashlib
import json

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

# table -> (kind, columns of the content, condition)
CONTENT = {
    'schedule_date': ('schedule', ('item_id', 'starts_on', 'ends_on', 'title'), 'removed_utc IS NULL'),
    'notice': ('notice', ('item_id', 'title', 'received_on'), ''),
    'school_plan_line': (
        'line',
        ('school_plan_id', 'text', 'responsible', 'deadline_text', 'planned_result', 'due_date', 'numbers'),
        'measure_id IS NULL',
    ),
    'plan_member': (
        'member',
        ('plan_id', 'key', 'school_id', 'person_id', 'substitutes_id', 'from_on', 'until_on', 'name', 'position',
         'email', 'order_text'),
        '',
    ),
    'monitoring_round': ('round', ('plan_id', 'number'), 'closed_utc IS NULL'),
}
DATES = {'starts_on', 'ends_on', 'received_on', 'due_date', 'from_on', 'until_on'}


def upgrade():
    connection = op.get_bind()
    for name, (kind, columns, condition) in CONTENT.items():
        op.add_column(name, sa.Column('once', sa.String(length=64), nullable=True))
        table = sa.table(
            name,
            sa.column('id'),
            sa.column('once'),
            *(sa.column(one, sa.Date() if one in DATES else sa.JSON() if one == 'numbers' else None) for one in columns),
        )
        wanted = sa.select(table.c.id, *(table.c[one] for one in columns)).order_by(table.c.id)
        found = set()
        for row in connection.execute(wanted.where(sa.text(condition)) if condition else wanted).all():
            key = hashlib.sha256(
                json.dumps([kind, *row[1:]], ensure_ascii=False, default=str).encode()
            ).hexdigest()
            if key not in found:
                found.add(key)
                connection.execute(sa.update(table).where(table.c.id == row[0]).values(once=key))
        op.create_index(op.f(f'ix_{name}_once'), name, ['once'], unique=True)


def downgrade():
    for name in CONTENT:
        op.drop_index(op.f(f'ix_{name}_once'), name)
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.drop_column('once')
