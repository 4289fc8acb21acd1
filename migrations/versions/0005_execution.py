"""Evidence, outside schedules, incoming documents, people of the plan, school roadmaps, monitoring

Defaults of the added columns stay: taking them off would make SQLite write the tables anew, and the children of the old
ones would go with them.

Revision ID: 0005
Revises: 0004

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('restriction_period',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('basis', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_restriction_period'))
    )
    op.create_table('calendar_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_utc', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_calendar_token_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_token_token_hash'))
    )
    with op.batch_alter_table('calendar_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_calendar_token_person_id'), ['person_id'], unique=False)

    op.create_table('plan_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('head', sa.JSON(), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_plan_draft_owner_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_draft'))
    )
    with op.batch_alter_table('plan_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_draft_owner_id'), ['owner_id'], unique=False)

    op.create_table('evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject_type', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=True),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('mime', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('path', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at_utc', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_utc', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_evidence_by_id_person')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_evidence_school_id_school')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence'))
    )
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_school_id'), ['school_id'], unique=False)
        batch_op.create_index('ix_evidence_subject', ['subject_type', 'subject_id'], unique=False)

    op.create_table('monitoring_round',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('closed_utc', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_monitoring_round_created_by_person')),
    sa.ForeignKeyConstraint(['plan_id'], ['roadmap_plan.id'], name=op.f('fk_monitoring_round_plan_id_roadmap_plan'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_monitoring_round'))
    )
    with op.batch_alter_table('monitoring_round', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_monitoring_round_plan_id'), ['plan_id'], unique=False)

    op.create_table('plan_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('position', sa.String(length=300), nullable=False),
    sa.Column('email', sa.String(length=200), nullable=False),
    sa.Column('order_text', sa.String(length=300), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=True),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('substitutes_id', sa.Integer(), nullable=True),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_plan_member_person_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['plan_id'], ['roadmap_plan.id'], name=op.f('fk_plan_member_plan_id_roadmap_plan'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_plan_member_school_id_school')),
    sa.ForeignKeyConstraint(['substitutes_id'], ['plan_member.id'], name=op.f('fk_plan_member_substitutes_id_plan_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_member'))
    )
    with op.batch_alter_table('plan_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_member_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_member_plan_id'), ['plan_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_member_school_id'), ['school_id'], unique=False)

    op.create_table('school_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('approved_on', sa.Date(), nullable=True),
    sa.Column('approved_number', sa.String(length=60), nullable=False),
    sa.Column('approved_by', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['approved_by'], ['person.id'], name=op.f('fk_school_plan_approved_by_person')),
    sa.ForeignKeyConstraint(['plan_id'], ['roadmap_plan.id'], name=op.f('fk_school_plan_plan_id_roadmap_plan'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_school_plan_school_id_school')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_plan')),
    sa.UniqueConstraint('plan_id', 'school_id', name=op.f('uq_school_plan_plan_id_school_id'))
    )
    with op.batch_alter_table('school_plan', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_school_plan_plan_id'), ['plan_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_school_plan_school_id'), ['school_id'], unique=False)

    op.create_table('monitoring_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('values', sa.JSON(), nullable=False),
    sa.Column('help_hours', sa.Float(), nullable=True),
    sa.Column('help_people', sa.Integer(), nullable=True),
    sa.Column('help_words', sa.Text(), nullable=False),
    sa.Column('sent_utc', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('updated_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['round_id'], ['monitoring_round.id'], name=op.f('fk_monitoring_answer_round_id_monitoring_round'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_monitoring_answer_school_id_school')),
    sa.ForeignKeyConstraint(['updated_by'], ['person.id'], name=op.f('fk_monitoring_answer_updated_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_monitoring_answer')),
    sa.UniqueConstraint('round_id', 'school_id', name=op.f('uq_monitoring_answer_round_id_school_id'))
    )
    with op.batch_alter_table('monitoring_answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_monitoring_answer_round_id'), ['round_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_monitoring_answer_school_id'), ['school_id'], unique=False)

    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('requisites', sa.String(length=300), nullable=False),
    sa.Column('link', sa.String(length=500), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('study_until', sa.Date(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_notice_by_id_person')),
    sa.ForeignKeyConstraint(['item_id'], ['roadmap_item.id'], name=op.f('fk_notice_item_id_roadmap_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_item_id'), ['item_id'], unique=False)

    op.create_table('schedule_date',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_utc', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_schedule_date_by_id_person')),
    sa.ForeignKeyConstraint(['item_id'], ['roadmap_item.id'], name=op.f('fk_schedule_date_item_id_roadmap_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schedule_date'))
    )
    with op.batch_alter_table('schedule_date', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_schedule_date_item_id'), ['item_id'], unique=False)

    op.create_table('notice_reader',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('read_utc', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_notice_reader_notice_id_notice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_reader_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_reader')),
    sa.UniqueConstraint('notice_id', 'person_id', name=op.f('uq_notice_reader_notice_id_person_id'))
    )
    with op.batch_alter_table('notice_reader', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_reader_notice_id'), ['notice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_notice_reader_person_id'), ['person_id'], unique=False)

    op.create_table('school_plan_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_plan_id', sa.Integer(), nullable=False),
    sa.Column('measure_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('responsible', sa.String(length=300), nullable=False),
    sa.Column('deadline_text', sa.String(length=300), nullable=False),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('planned_result', sa.Text(), nullable=False),
    sa.Column('numbers', sa.JSON(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('proof', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['measure_id'], ['measure.id'], name=op.f('fk_school_plan_line_measure_id_measure'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['school_plan_id'], ['school_plan.id'], name=op.f('fk_school_plan_line_school_plan_id_school_plan'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_plan_line')),
    sa.UniqueConstraint('school_plan_id', 'measure_id', name=op.f('uq_school_plan_line_school_plan_id_measure_id'))
    )
    with op.batch_alter_table('school_plan_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_school_plan_line_measure_id'), ['measure_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_school_plan_line_school_plan_id'), ['school_plan_id'], unique=False)

    with op.batch_alter_table('item_state', schema=None) as batch_op:
        batch_op.add_column(sa.Column('link', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('without_document', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('review', sa.String(length=20), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('remark', sa.Text(), nullable=False, server_default=''))

    with op.batch_alter_table('measure', schema=None) as batch_op:
        batch_op.add_column(sa.Column('indicator', sa.String(length=120), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('baseline', sa.Float(), nullable=True))
        batch_op.add_column(sa.Column('baseline_n', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('target', sa.Float(), nullable=True))
        batch_op.add_column(sa.Column('link', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('without_document', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('note', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('roadmap_item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('applies', sa.String(length=20), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('withdrawn_on', sa.Date(), nullable=True))

    with op.batch_alter_table('roadmap_plan', schema=None) as batch_op:
        batch_op.add_column(sa.Column('year', sa.Integer(), nullable=False, server_default='2020'))


    op.execute("UPDATE roadmap_item SET applies = 'after' WHERE condition LIKE '%после снятия ограничительных мер%'")
    op.execute("UPDATE roadmap_item SET applies = 'during' WHERE condition LIKE '%действия ограничительных мер%'")
    op.execute("UPDATE item_state SET without_document = true WHERE state = 'done' AND evidence = ''")


def downgrade():
    with op.batch_alter_table('roadmap_plan', schema=None) as batch_op:
        batch_op.drop_column('year')

    with op.batch_alter_table('roadmap_item', schema=None) as batch_op:
        batch_op.drop_column('withdrawn_on')
        batch_op.drop_column('applies')

    with op.batch_alter_table('measure', schema=None) as batch_op:
        batch_op.drop_column('version')
        batch_op.drop_column('note')
        batch_op.drop_column('without_document')
        batch_op.drop_column('link')
        batch_op.drop_column('target')
        batch_op.drop_column('baseline_n')
        batch_op.drop_column('baseline')
        batch_op.drop_column('indicator')

    with op.batch_alter_table('item_state', schema=None) as batch_op:
        batch_op.drop_column('remark')
        batch_op.drop_column('review')
        batch_op.drop_column('without_document')
        batch_op.drop_column('link')

    with op.batch_alter_table('school_plan_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_school_plan_line_school_plan_id'))
        batch_op.drop_index(batch_op.f('ix_school_plan_line_measure_id'))

    op.drop_table('school_plan_line')
    with op.batch_alter_table('notice_reader', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_reader_person_id'))
        batch_op.drop_index(batch_op.f('ix_notice_reader_notice_id'))

    op.drop_table('notice_reader')
    with op.batch_alter_table('schedule_date', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_schedule_date_item_id'))

    op.drop_table('schedule_date')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_item_id'))

    op.drop_table('notice')
    with op.batch_alter_table('monitoring_answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_monitoring_answer_school_id'))
        batch_op.drop_index(batch_op.f('ix_monitoring_answer_round_id'))

    op.drop_table('monitoring_answer')
    with op.batch_alter_table('school_plan', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_school_plan_school_id'))
        batch_op.drop_index(batch_op.f('ix_school_plan_plan_id'))

    op.drop_table('school_plan')
    with op.batch_alter_table('plan_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_member_school_id'))
        batch_op.drop_index(batch_op.f('ix_plan_member_plan_id'))
        batch_op.drop_index(batch_op.f('ix_plan_member_person_id'))

    op.drop_table('plan_member')
    with op.batch_alter_table('monitoring_round', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_monitoring_round_plan_id'))

    op.drop_table('monitoring_round')
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.drop_index('ix_evidence_subject')
        batch_op.drop_index(batch_op.f('ix_evidence_school_id'))

    op.drop_table('evidence')
    with op.batch_alter_table('plan_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_draft_owner_id'))

    op.drop_table('plan_draft')
    with op.batch_alter_table('calendar_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_calendar_token_person_id'))

    op.drop_table('calendar_token')
    op.drop_table('restriction_period')
