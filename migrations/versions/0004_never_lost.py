"""Letters, paper sheets, individual routes, marks of answers, withdrawals

Revision ID: 0004
Revises: 0003

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('timetable',
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('begun_utc', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_timetable'))
    )
    op.create_table('unsealing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_utc', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('confirmed_by', sa.Integer(), nullable=True),
    sa.Column('closed_utc', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_unsealing_asked_by_person')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['person.id'], name=op.f('fk_unsealing_confirmed_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_unsealing_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unsealing'))
    )
    with op.batch_alter_table('unsealing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unsealing_person_id'), ['person_id'], unique=False)

    op.create_table('individual_route',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('wave_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('deficits', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('teacher_agreed_utc', sa.DateTime(timezone=True), nullable=True),
    sa.Column('coordinator_agreed_utc', sa.DateTime(timezone=True), nullable=True),
    sa.Column('coordinator_id', sa.Integer(), nullable=True),
    sa.Column('self_assessment', sa.String(length=20), nullable=False),
    sa.Column('self_words', sa.Text(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('outcome_words', sa.Text(), nullable=False),
    sa.Column('finished_utc', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['coordinator_id'], ['person.id'], name=op.f('fk_individual_route_coordinator_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_individual_route_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_individual_route_school_id_school')),
    sa.ForeignKeyConstraint(['wave_id'], ['wave.id'], name=op.f('fk_individual_route_wave_id_wave'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_individual_route')),
    sa.UniqueConstraint('person_id', 'wave_id', name=op.f('uq_individual_route_person_id_wave_id'))
    )
    with op.batch_alter_table('individual_route', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_individual_route_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_individual_route_school_id'), ['school_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_individual_route_wave_id'), ['wave_id'], unique=False)

    op.create_table('letter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wave_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_utc', sa.DateTime(timezone=True), nullable=False),
    sa.Column('error', sa.String(length=300), nullable=False),
    sa.Column('sent_utc', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_letter_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['wave_id'], ['wave.id'], name=op.f('fk_letter_wave_id_wave'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('wave_id', 'person_id', 'kind', 'day', name=op.f('uq_letter_wave_id_person_id_kind_day'))
    )
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_status'), ['status'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_wave_id'), ['wave_id'], unique=False)

    op.create_table('paper_sheet',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wave_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('seal', sa.String(length=8), nullable=False),
    sa.Column('double', sa.Boolean(), nullable=False),
    sa.Column('first', sa.JSON(), nullable=True),
    sa.Column('first_by', sa.Integer(), nullable=True),
    sa.Column('entered_by', sa.Integer(), nullable=True),
    sa.Column('entered_on', sa.Date(), nullable=True),
    sa.Column('printed_by', sa.Integer(), nullable=True),
    sa.Column('printed_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entered_by'], ['person.id'], name=op.f('fk_paper_sheet_entered_by_person')),
    sa.ForeignKeyConstraint(['first_by'], ['person.id'], name=op.f('fk_paper_sheet_first_by_person')),
    sa.ForeignKeyConstraint(['printed_by'], ['person.id'], name=op.f('fk_paper_sheet_printed_by_person')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_paper_sheet_school_id_school')),
    sa.ForeignKeyConstraint(['wave_id'], ['wave.id'], name=op.f('fk_paper_sheet_wave_id_wave'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_sheet')),
    sa.UniqueConstraint('wave_id', 'number', name=op.f('uq_paper_sheet_wave_id_number'))
    )
    with op.batch_alter_table('paper_sheet', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_paper_sheet_school_id'), ['school_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_paper_sheet_wave_id'), ['wave_id'], unique=False)

    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.add_column(sa.Column('marks', sa.JSON(), nullable=False, server_default='{}'))
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.alter_column('marks', server_default=None)

    with op.batch_alter_table('participation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('on_paper', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('participation', schema=None) as batch_op:
        batch_op.alter_column('on_paper', server_default=None)

    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrawn_utc', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('wave', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reminder_days', sa.JSON(), nullable=False, server_default='[]'))
    with op.batch_alter_table('wave', schema=None) as batch_op:
        batch_op.alter_column('reminder_days', server_default=None)



def downgrade():
    with op.batch_alter_table('wave', schema=None) as batch_op:
        batch_op.drop_column('reminder_days')

    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_column('withdrawn_utc')

    with op.batch_alter_table('participation', schema=None) as batch_op:
        batch_op.drop_column('on_paper')

    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.drop_column('marks')

    with op.batch_alter_table('paper_sheet', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_paper_sheet_wave_id'))
        batch_op.drop_index(batch_op.f('ix_paper_sheet_school_id'))

    op.drop_table('paper_sheet')
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letter_wave_id'))
        batch_op.drop_index(batch_op.f('ix_letter_status'))
        batch_op.drop_index(batch_op.f('ix_letter_person_id'))

    op.drop_table('letter')
    with op.batch_alter_table('individual_route', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_individual_route_wave_id'))
        batch_op.drop_index(batch_op.f('ix_individual_route_school_id'))
        batch_op.drop_index(batch_op.f('ix_individual_route_person_id'))

    op.drop_table('individual_route')
    with op.batch_alter_table('unsealing', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_unsealing_person_id'))

    op.drop_table('unsealing')
    op.drop_table('timetable')
