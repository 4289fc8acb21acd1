"""Cards and staff base

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-23 13:42:55.836372

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('card_cycle',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('instrument_version_id', sa.Integer(), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('schedule', sa.String(length=300), nullable=False),
    sa.Column('roadmap_item_number', sa.String(length=20), nullable=False),
    sa.Column('thresholds', sa.JSON(), nullable=False),
    sa.Column('approved_by', sa.String(length=300), nullable=False),
    sa.Column('approved_on', sa.Date(), nullable=True),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_card_cycle_created_by_person')),
    sa.ForeignKeyConstraint(['instrument_version_id'], ['instrument_version.id'], name=op.f('fk_card_cycle_instrument_version_id_instrument_version')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_card_cycle_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_cycle')),
    sa.UniqueConstraint('code', name=op.f('uq_card_cycle_code'))
    )
    with op.batch_alter_table('card_cycle', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_card_cycle_instrument_version_id'), ['instrument_version_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_card_cycle_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('card',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('previous_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('signed_by', sa.Integer(), nullable=True),
    sa.Column('signed_name', sa.String(length=300), nullable=False),
    sa.Column('signed_utc', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_by', sa.Integer(), nullable=True),
    sa.Column('updated_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cycle_id'], ['card_cycle.id'], name=op.f('fk_card_cycle_id_card_cycle')),
    sa.ForeignKeyConstraint(['previous_id'], ['card.id'], name=op.f('fk_card_previous_id_card')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_card_school_id_school')),
    sa.ForeignKeyConstraint(['signed_by'], ['person.id'], name=op.f('fk_card_signed_by_person')),
    sa.ForeignKeyConstraint(['updated_by'], ['person.id'], name=op.f('fk_card_updated_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card')),
    sa.UniqueConstraint('cycle_id', 'school_id', name=op.f('uq_card_cycle_id_school_id'))
    )
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_card_cycle_id'), ['cycle_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_card_school_id'), ['school_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_card_status'), ['status'], unique=False)

    op.create_table('staff_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('post', sa.String(length=20), nullable=False),
    sa.Column('subjects', sa.JSON(), nullable=False),
    sa.Column('hours', sa.Numeric(precision=5, scale=1), nullable=True),
    sa.Column('rate', sa.Numeric(precision=5, scale=2), nullable=True),
    sa.Column('external', sa.Boolean(), nullable=False),
    sa.Column('category', sa.String(length=10), nullable=False),
    sa.Column('category_until', sa.Date(), nullable=True),
    sa.Column('higher_education', sa.Boolean(), nullable=False),
    sa.Column('experience', sa.String(length=10), nullable=False),
    sa.Column('age', sa.String(length=10), nullable=False),
    sa.Column('course_subject_on', sa.Date(), nullable=True),
    sa.Column('course_ovz_on', sa.Date(), nullable=True),
    sa.Column('course_ict_on', sa.Date(), nullable=True),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_staff_member_school_id_school')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_member')),
    sa.UniqueConstraint('school_id', 'number', name=op.f('uq_staff_member_school_id_number'))
    )
    with op.batch_alter_table('staff_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_member_school_id'), ['school_id'], unique=False)

    op.create_table('vacancy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=20), nullable=False),
    sa.Column('rate', sa.Numeric(precision=5, scale=2), nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_vacancy_school_id_school')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vacancy'))
    )
    with op.batch_alter_table('vacancy', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_vacancy_school_id'), ['school_id'], unique=False)

    op.create_table('card_delegation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('card_id', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['card_id'], ['card.id'], name=op.f('fk_card_delegation_card_id_card'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_card_delegation_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_delegation')),
    sa.UniqueConstraint('card_id', 'section', name=op.f('uq_card_delegation_card_id_section'))
    )
    with op.batch_alter_table('card_delegation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_card_delegation_card_id'), ['card_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_card_delegation_person_id'), ['person_id'], unique=False)

    op.create_table('card_edit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('card_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('old', sa.JSON(), nullable=True),
    sa.Column('new', sa.JSON(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_card_edit_by_id_person')),
    sa.ForeignKeyConstraint(['card_id'], ['card.id'], name=op.f('fk_card_edit_card_id_card'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_edit'))
    )
    with op.batch_alter_table('card_edit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_card_edit_card_id'), ['card_id'], unique=False)

    op.create_table('card_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('card_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('mime', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('path', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at_utc', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_utc', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_card_file_by_id_person')),
    sa.ForeignKeyConstraint(['card_id'], ['card.id'], name=op.f('fk_card_file_card_id_card'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_file'))
    )
    with op.batch_alter_table('card_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_card_file_card_id'), ['card_id'], unique=False)

    op.create_table('card_remark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('card_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('created_utc', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered', sa.Boolean(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('closed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_card_remark_author_id_person')),
    sa.ForeignKeyConstraint(['card_id'], ['card.id'], name=op.f('fk_card_remark_card_id_card'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_remark'))
    )
    with op.batch_alter_table('card_remark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_card_remark_card_id'), ['card_id'], unique=False)

    op.create_table('card_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('card_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=20), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('signed_name', sa.String(length=300), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at_utc', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_card_version_by_id_person')),
    sa.ForeignKeyConstraint(['card_id'], ['card.id'], name=op.f('fk_card_version_card_id_card'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_version')),
    sa.UniqueConstraint('card_id', 'number', name=op.f('uq_card_version_card_id_number'))
    )
    with op.batch_alter_table('card_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_card_version_card_id'), ['card_id'], unique=False)



def downgrade():
    with op.batch_alter_table('card_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_card_version_card_id'))

    op.drop_table('card_version')
    with op.batch_alter_table('card_remark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_card_remark_card_id'))

    op.drop_table('card_remark')
    with op.batch_alter_table('card_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_card_file_card_id'))

    op.drop_table('card_file')
    with op.batch_alter_table('card_edit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_card_edit_card_id'))

    op.drop_table('card_edit')
    with op.batch_alter_table('card_delegation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_card_delegation_person_id'))
        batch_op.drop_index(batch_op.f('ix_card_delegation_card_id'))

    op.drop_table('card_delegation')
    with op.batch_alter_table('vacancy', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_vacancy_school_id'))

    op.drop_table('vacancy')
    with op.batch_alter_table('staff_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_member_school_id'))

    op.drop_table('staff_member')
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_card_status'))
        batch_op.drop_index(batch_op.f('ix_card_school_id'))
        batch_op.drop_index(batch_op.f('ix_card_cycle_id'))

    op.drop_table('card')
    with op.batch_alter_table('card_cycle', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_card_cycle_municipality_id'))
        batch_op.drop_index(batch_op.f('ix_card_cycle_instrument_version_id'))

    op.drop_table('card_cycle')
