"""Events in a chain of hashes, protected from UPDATE and DELETE; the roadmap's letters

Defaults of the added columns stay: taking them off would make SQLite write the table anew, without its triggers.

Revision ID: 0007
Revises: 0006

"""
import datetime as dt
import hashlib
import json

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

EVENT = sa.table(
    'event',
    *(sa.column(name) for name in ('id', 'actor_id', 'action', 'subject_type', 'subject_id', 'reason')),
    sa.column('at_utc', sa.DateTime(timezone=True)),
    sa.column('old', sa.JSON()),
    sa.column('new', sa.JSON()),
    sa.column('prev_hash'),
    sa.column('hash'),
)
TOLD = ('at_utc', 'actor_id', 'action', 'subject_type', 'subject_id', 'old', 'new', 'reason')


def upgrade():
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('prev_hash', sa.String(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('hash', sa.String(length=64), nullable=False, server_default=''))
    chain(op.get_bind())
    refusal = 'events are append-only'
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS '
                   f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$")
        for verb in ('UPDATE', 'DELETE'):
            op.execute(f'CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event '
                       'FOR EACH ROW EXECUTE FUNCTION event_append_only()')
    else:
        for verb in ('UPDATE', 'DELETE'):
            op.execute(f'CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event '
                       f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END")
    op.create_table('plan_letter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=300), nullable=False),
    sa.Column('sent_utc', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_plan_letter_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_letter')),
    sa.UniqueConstraint('person_id', 'day', name=op.f('uq_plan_letter_person_id_day'))
    )
    with op.batch_alter_table('plan_letter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_letter_person_id'), ['person_id'], unique=False)


def chain(connection):
    """Events that are there already get their hashes in the order of their ids."""
    last = '0' * 64
    rows = connection.execute(sa.select(EVENT).order_by(EVENT.c.id)).mappings().all()
    for row in rows:
        told = {name: row[name] for name in TOLD}
        moment = told['at_utc'] if told['at_utc'].tzinfo else told['at_utc'].replace(tzinfo=dt.UTC)
        told['at_utc'] = moment.astimezone(dt.UTC).isoformat(timespec='microseconds')
        body = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(',', ':'))
        digest = hashlib.sha256(f'{last}\n{body}'.encode()).hexdigest()
        connection.execute(sa.update(EVENT).where(EVENT.c.id == row['id']).values(prev_hash=last, hash=digest))
        last = digest


def downgrade():
    op.drop_table('plan_letter')
    on = ' ON event' if op.get_bind().dialect.name == 'postgresql' else ''
    for verb in ('update', 'delete'):
        op.execute(f'DROP TRIGGER event_no_{verb}{on}')
    if on:
        op.execute('DROP FUNCTION event_append_only()')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_column('hash')
        batch_op.drop_column('prev_hash')
