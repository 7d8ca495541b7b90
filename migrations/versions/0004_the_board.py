"""People in a browser: how they enter, what they have seen, what stages add up to, acts on many deals."""

import sqlalchemy as sa
from core.database import Id, Instant
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

UNDER_WAY = 'ended_at IS NULL'
TO_DO = 'outcome IS NULL'
WAITS = 'waiting_since IS NOT NULL'
SOURCED = 'source IS NOT NULL'
OPEN_SOURCED = 'closed_at IS NULL AND source IS NOT NULL'
ENDED = 'ended_at IS NOT NULL'


def upgrade() -> None:
    for column in ('seen_by_us_id', 'seen_by_customer_id'):
        op.add_column('conversation', sa.Column(column, Id, nullable=True))
    op.add_column('contact', sa.Column('named_by', sa.String(), nullable=False, server_default='messenger'))
    op.add_column('staff', sa.Column('board', sa.JSON(), nullable=True))
    with op.batch_alter_table('invitation') as batch_op:
        batch_op.add_column(sa.Column('connects_id', Id, nullable=True))
        batch_op.create_foreign_key('fk_invitation_connects_id', 'staff', ['connects_id'], ['id'])
    op.create_table('login',
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('staff_id', Id, nullable=False),
    sa.Column('expires_at', Instant(), nullable=False),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_login_staff_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_login'))
    )
    op.create_index(op.f('ix_login_staff_id'), 'login', ['staff_id'])
    op.create_table('session',
    sa.Column('id', Id, nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('staff_id', Id, nullable=False),
    sa.Column('began_at', Instant(), nullable=False),
    sa.Column('seen_at', Instant(), nullable=False),
    sa.Column('agent', sa.String(), nullable=True),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_session_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_session_token_hash'))
    )
    op.create_index(op.f('ix_session_staff_id'), 'session', ['staff_id'])
    op.create_table('stated',
    sa.Column('contact_id', Id, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_stated_contact_id')),
    sa.PrimaryKeyConstraint('contact_id', 'kind', 'value', name=op.f('pk_stated'))
    )
    op.create_table('upload',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=True),
    sa.Column('mime', sa.String(), nullable=True),
    sa.Column('file_name', sa.String(), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=True),
    sa.Column('at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_upload'))
    )
    op.create_index(op.f('ix_upload_at'), 'upload', ['at'])
    op.create_table('kept_ref',
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('channel_id', Id, nullable=False),
    sa.Column('external_ref', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_kept_ref_channel_id')),
    sa.PrimaryKeyConstraint('path', 'channel_id', name=op.f('pk_kept_ref'))
    )
    op.create_table('stage_total',
    sa.Column('id', Id, nullable=False),
    sa.Column('stage_id', Id, nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('deals', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_stage_total_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage_total'))
    )
    op.create_index('ix_stage_total_stage', 'stage_total', ['stage_id', 'currency'])
    op.create_table('bulk',
    sa.Column('id', Id, nullable=False),
    sa.Column('staff_id', Id, nullable=False),
    sa.Column('act', sa.JSON(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.Column('client_key', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_bulk_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk')),
    sa.UniqueConstraint('client_key', name=op.f('uq_bulk_client_key'))
    )
    op.create_index('ix_bulk_under_way', 'bulk', ['id'], sqlite_where=sa.text(UNDER_WAY), postgresql_where=sa.text(UNDER_WAY))
    op.create_table('bulk_deal',
    sa.Column('bulk_id', Id, nullable=False),
    sa.Column('deal_id', Id, nullable=False),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('values', sa.JSON(), nullable=True),
    sa.ForeignKeyConstraint(['bulk_id'], ['bulk.id'], name=op.f('fk_bulk_deal_bulk_id')),
    sa.ForeignKeyConstraint(['deal_id'], ['deal.id'], name=op.f('fk_bulk_deal_deal_id')),
    sa.PrimaryKeyConstraint('bulk_id', 'deal_id', name=op.f('pk_bulk_deal'))
    )
    op.create_index('ix_bulk_deal_left', 'bulk_deal', ['bulk_id', 'deal_id'], sqlite_where=sa.text(TO_DO), postgresql_where=sa.text(TO_DO))
    op.create_index('ix_kept_ref_name', 'kept_ref', ['channel_id', 'external_ref'])
    op.create_index('ix_conversation_waiting', 'conversation', ['id'], sqlite_where=sa.text(WAITS), postgresql_where=sa.text(WAITS))
    op.create_index('ix_deal_source', 'deal', ['pipeline_id', 'id'], sqlite_where=sa.text(SOURCED), postgresql_where=sa.text(SOURCED))
    op.create_index('ix_deal_open_source', 'deal', ['pipeline_id', 'source'], sqlite_where=sa.text(OPEN_SOURCED), postgresql_where=sa.text(OPEN_SOURCED))
    op.create_index('ix_trigger_run_ended', 'trigger_run', ['ended_at', 'trigger_id', 'state'], sqlite_where=sa.text(ENDED), postgresql_where=sa.text(ENDED))
    op.execute(
        "INSERT INTO stage_total (stage_id, currency, deals, amount)"
        " SELECT stage_id, coalesce(currency, ''), count(*), coalesce(sum(amount), 0) FROM deal"
        " GROUP BY stage_id, coalesce(currency, '')"
    )


def downgrade() -> None:
    op.drop_index('ix_trigger_run_ended', 'trigger_run')
    op.drop_index('ix_deal_open_source', 'deal')
    op.drop_index('ix_deal_source', 'deal')
    op.drop_index('ix_conversation_waiting', 'conversation')
    for table in ('bulk_deal', 'bulk', 'stage_total', 'kept_ref', 'upload', 'stated', 'session', 'login'):
        op.drop_table(table)
    with op.batch_alter_table('invitation') as batch_op:
        batch_op.drop_constraint('fk_invitation_connects_id', type_='foreignkey')
        batch_op.drop_column('connects_id')
    op.drop_column('contact', 'named_by')
    op.drop_column('staff', 'board')
    for column in ('seen_by_us_id', 'seen_by_customer_id'):
        op.drop_column('conversation', column)
