"""Triggers and their runs, choices of the company, turns of chosen people."""

import sqlalchemy as sa
from core.database import Id, Instant
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

WAITING = "state = 'waiting'"
PENDING = "state IN ('waiting', 'queued')"
IN_TURN = 'assignee_id IS NULL AND closed_at IS NULL AND rotation_id IS NOT NULL'


def upgrade() -> None:
    op.create_table('setting',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('value', sa.JSON(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_setting'))
    )
    op.create_table('trigger',
    sa.Column('id', Id, nullable=False),
    sa.Column('pipeline_id', Id, nullable=True),
    sa.Column('preset', sa.String(), nullable=True),
    sa.Column('occasion', sa.String(), nullable=False),
    sa.Column('occasion_with', sa.JSON(), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False),
    sa.Column('actions', sa.JSON(), nullable=False),
    sa.Column('delay_seconds', sa.Integer(), nullable=False),
    sa.Column('stops_on', sa.JSON(), nullable=False),
    sa.Column('on', sa.Integer(), server_default='1', nullable=False),
    sa.Column('paused_reason', sa.String(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('deleted_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['pipeline_id'], ['pipeline.id'], name=op.f('fk_trigger_pipeline_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trigger'))
    )
    op.create_table('trigger_run',
    sa.Column('id', Id, nullable=False),
    sa.Column('trigger_id', Id, nullable=False),
    sa.Column('deal_id', Id, nullable=False),
    sa.Column('cause_id', Id, nullable=False),
    sa.Column('depth', sa.Integer(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('due_at', Instant(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['trigger_id'], ['trigger.id'], name=op.f('fk_trigger_run_trigger_id')),
    sa.ForeignKeyConstraint(['deal_id'], ['deal.id'], name=op.f('fk_trigger_run_deal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trigger_run')),
    sa.UniqueConstraint('trigger_id', 'deal_id', 'cause_id', name=op.f('uq_trigger_run_trigger_id_deal_id_cause_id'))
    )
    op.create_index('ix_trigger_run_due', 'trigger_run', ['due_at', 'id'], sqlite_where=sa.text(WAITING), postgresql_where=sa.text(WAITING))
    op.create_index('ix_trigger_run_deal', 'trigger_run', ['deal_id'], sqlite_where=sa.text(PENDING), postgresql_where=sa.text(PENDING))
    op.create_index('ix_trigger_run_next', 'trigger_run', ['trigger_id', 'due_at'], sqlite_where=sa.text(WAITING), postgresql_where=sa.text(WAITING))
    op.create_index('ix_trigger_run_lately', 'trigger_run', ['trigger_id', 'id'])
    op.add_column('contact', sa.Column('timezone', sa.String(), nullable=True))
    op.add_column('outgoing', sa.Column('guard', sa.String(), nullable=True))
    with op.batch_alter_table('rotation') as batch_op:
        batch_op.add_column(sa.Column('everybody', sa.Integer(), server_default='1', nullable=False))
        batch_op.drop_constraint('uq_rotation_pipeline_id', type_='unique')
    op.create_index('ix_rotation_pipeline_id', 'rotation', ['pipeline_id'])
    op.create_index('uq_rotation_everybody', 'rotation', ['pipeline_id'], unique=True, sqlite_where=sa.text('everybody = 1'), postgresql_where=sa.text('everybody = 1'))
    # A table that is made anew forgets which way an index goes.
    op.drop_index('ix_deal_stage', table_name='deal')
    with op.batch_alter_table('deal') as batch_op:
        batch_op.add_column(sa.Column('rotation_id', Id, nullable=True))
        batch_op.create_foreign_key('fk_deal_rotation_id', 'rotation', ['rotation_id'], ['id'])
    op.create_index('ix_deal_stage', 'deal', ['stage_id', sa.text('changed_at DESC'), sa.text('id DESC')])
    op.create_index('ix_deal_turn', 'deal', ['rotation_id', 'requested_at', 'id'], sqlite_where=sa.text(IN_TURN), postgresql_where=sa.text(IN_TURN))
    # Until now every deal was handed out.
    op.execute('UPDATE deal SET rotation_id = (SELECT id FROM rotation WHERE rotation.pipeline_id = deal.pipeline_id) WHERE closed_at IS NULL')


def downgrade() -> None:
    op.drop_index('ix_deal_turn', table_name='deal')
    op.drop_index('ix_deal_stage', table_name='deal')
    with op.batch_alter_table('deal') as batch_op:
        batch_op.drop_constraint('fk_deal_rotation_id', type_='foreignkey')
        batch_op.drop_column('rotation_id')
    op.create_index('ix_deal_stage', 'deal', ['stage_id', sa.text('changed_at DESC'), sa.text('id DESC')])
    op.execute('DELETE FROM rotation_member WHERE rotation_id IN (SELECT id FROM rotation WHERE everybody = 0)')
    op.execute('DELETE FROM rotation WHERE everybody = 0')
    op.drop_index('uq_rotation_everybody', table_name='rotation')
    op.drop_index('ix_rotation_pipeline_id', table_name='rotation')
    with op.batch_alter_table('rotation') as batch_op:
        batch_op.drop_column('everybody')
        batch_op.create_unique_constraint('uq_rotation_pipeline_id', ['pipeline_id'])
    op.drop_column('outgoing', 'guard')
    op.drop_column('contact', 'timezone')
    op.drop_table('trigger_run')
    op.drop_table('trigger')
    op.drop_table('setting')
