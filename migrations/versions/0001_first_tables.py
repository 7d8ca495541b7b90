"""The first tables: journal, inbox, pipeline, staff."""

import sqlalchemy as sa
from core.database import Id, Instant
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('channel',
    sa.Column('id', Id, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('state', sa.String(), server_default='on', nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel')),
    sa.UniqueConstraint('kind', 'name', name=op.f('uq_channel_kind_name'))
    )
    op.create_table('contact',
    sa.Column('id', Id, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact'))
    )
    op.create_table('counter',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('value', Id, nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_counter'))
    )
    op.create_table('event',
    sa.Column('id', Id, nullable=False),
    sa.Column('stream', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('cause_id', Id, nullable=True),
    sa.Column('depth', sa.Integer(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('not_before', Instant(), nullable=True),
    sa.Column('position', Id, nullable=True),
    sa.Column('parked', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('ix_event_feed', ['ref', 'id'], unique=False)
        batch_op.create_index('uq_event_position', ['position'], unique=True, sqlite_where=sa.text('position IS NOT NULL'), postgresql_where=sa.text('position IS NOT NULL'))
        batch_op.create_index('ix_event_unhandled', ['stream', 'id'], unique=False, sqlite_where=sa.text('position IS NULL AND parked IS NULL'), postgresql_where=sa.text('position IS NULL AND parked IS NULL'))

    op.create_table('lease',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=True),
    sa.Column('epoch', Id, nullable=False),
    sa.Column('until', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_lease'))
    )
    op.create_table('lost_reason',
    sa.Column('id', Id, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('asks_words', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lost_reason')),
    sa.UniqueConstraint('name', name=op.f('uq_lost_reason_name'))
    )
    op.create_table('pipeline',
    sa.Column('id', Id, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pipeline'))
    )
    op.create_table('staff',
    sa.Column('id', Id, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('timezone', sa.String(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('on_shift_since', Instant(), nullable=True),
    sa.Column('disabled_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff'))
    )
    op.create_table('stream',
    sa.Column('name', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_stream'))
    )
    op.create_table('conversation',
    sa.Column('id', Id, nullable=False),
    sa.Column('channel_id', Id, nullable=False),
    sa.Column('chat_key', sa.String(), nullable=False),
    sa.Column('contact_id', Id, nullable=False),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('last_message_id', Id, nullable=True),
    sa.Column('waiting_since', Instant(), nullable=True),
    sa.Column('waiting_from_id', Id, nullable=True),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_conversation_channel_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_conversation_contact_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversation')),
    sa.UniqueConstraint('channel_id', 'chat_key', name=op.f('uq_conversation_channel_id_chat_key'))
    )
    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conversation_contact_id'), ['contact_id'], unique=False)

    op.create_table('identity',
    sa.Column('id', Id, nullable=False),
    sa.Column('contact_id', Id, nullable=False),
    sa.Column('channel_id', Id, nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('username', sa.String(), nullable=True),
    sa.Column('unreachable_since', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_identity_channel_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_identity_contact_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity')),
    sa.UniqueConstraint('channel_id', 'external_id', name=op.f('uq_identity_channel_id_external_id'))
    )
    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_identity_contact_id'), ['contact_id'], unique=False)

    op.create_table('invitation',
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('expires_at', Instant(), nullable=False),
    sa.Column('invited_by', Id, nullable=True),
    sa.Column('used_by', Id, nullable=True),
    sa.ForeignKeyConstraint(['invited_by'], ['staff.id'], name=op.f('fk_invitation_invited_by')),
    sa.ForeignKeyConstraint(['used_by'], ['staff.id'], name=op.f('fk_invitation_used_by')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_invitation'))
    )
    op.create_table('membership',
    sa.Column('pipeline_id', Id, nullable=False),
    sa.Column('staff_id', Id, nullable=False),
    sa.ForeignKeyConstraint(['pipeline_id'], ['pipeline.id'], name=op.f('fk_membership_pipeline_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_membership_staff_id')),
    sa.PrimaryKeyConstraint('pipeline_id', 'staff_id', name=op.f('pk_membership'))
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_membership_staff_id'), ['staff_id'], unique=False)

    op.create_table('parked_update',
    sa.Column('id', Id, nullable=False),
    sa.Column('channel_id', Id, nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_parked_update_channel_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parked_update'))
    )
    op.create_table('pipeline_channel',
    sa.Column('channel_id', Id, nullable=False),
    sa.Column('pipeline_id', Id, nullable=False),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_pipeline_channel_channel_id')),
    sa.ForeignKeyConstraint(['pipeline_id'], ['pipeline.id'], name=op.f('fk_pipeline_channel_pipeline_id')),
    sa.PrimaryKeyConstraint('channel_id', name=op.f('pk_pipeline_channel'))
    )
    op.create_table('rotation',
    sa.Column('id', Id, nullable=False),
    sa.Column('pipeline_id', Id, nullable=False),
    sa.Column('last_place', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['pipeline_id'], ['pipeline.id'], name=op.f('fk_rotation_pipeline_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rotation')),
    sa.UniqueConstraint('pipeline_id', name=op.f('uq_rotation_pipeline_id'))
    )
    op.create_table('stage',
    sa.Column('id', Id, nullable=False),
    sa.Column('pipeline_id', Id, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('group', sa.String(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['pipeline_id'], ['pipeline.id'], name=op.f('fk_stage_pipeline_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage')),
    sa.UniqueConstraint('pipeline_id', 'name', name=op.f('uq_stage_pipeline_id_name')),
    sa.UniqueConstraint('pipeline_id', 'place', name=op.f('uq_stage_pipeline_id_place'))
    )
    op.create_table('update',
    sa.Column('id', Id, nullable=False),
    sa.Column('channel_id', Id, nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('chat_key', sa.String(), nullable=True),
    sa.Column('payload', sa.JSON(), nullable=True),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_update_channel_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_update')),
    sa.UniqueConstraint('channel_id', 'external_id', name=op.f('uq_update_channel_id_external_id'))
    )
    with op.batch_alter_table('update', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_update_at'), ['at'], unique=False)
        batch_op.create_index('ix_update_waiting', ['channel_id', 'chat_key', 'id'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))

    op.create_table('message',
    sa.Column('id', Id, nullable=False),
    sa.Column('conversation_id', Id, nullable=False),
    sa.Column('direction', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('client_key', sa.String(), nullable=True),
    sa.Column('reply_to_id', Id, nullable=True),
    sa.Column('album', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_message_conversation_id')),
    sa.ForeignKeyConstraint(['reply_to_id'], ['message.id'], name=op.f('fk_message_reply_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('client_key', name=op.f('uq_message_client_key')),
    sa.UniqueConstraint('conversation_id', 'external_id', name=op.f('uq_message_conversation_id_external_id'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_conversation', ['conversation_id', 'id'], unique=False)

    op.create_table('rotation_member',
    sa.Column('rotation_id', Id, nullable=False),
    sa.Column('staff_id', Id, nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['rotation_id'], ['rotation.id'], name=op.f('fk_rotation_member_rotation_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_rotation_member_staff_id')),
    sa.PrimaryKeyConstraint('rotation_id', 'staff_id', name=op.f('pk_rotation_member')),
    sa.UniqueConstraint('rotation_id', 'place', name=op.f('uq_rotation_member_rotation_id_place'))
    )
    op.create_table('staff_account',
    sa.Column('channel_id', Id, nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('staff_id', Id, nullable=False),
    sa.Column('open_conversation_id', Id, nullable=True),
    sa.Column('open_until', Instant(), nullable=True),
    sa.Column('screen', sa.JSON(), nullable=True),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_staff_account_channel_id')),
    sa.ForeignKeyConstraint(['open_conversation_id'], ['conversation.id'], name=op.f('fk_staff_account_open_conversation_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_account_staff_id')),
    sa.PrimaryKeyConstraint('channel_id', 'external_id', name=op.f('pk_staff_account'))
    )
    with op.batch_alter_table('staff_account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_account_open_conversation_id'), ['open_conversation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_staff_account_staff_id'), ['staff_id'], unique=False)

    op.create_table('attachment',
    sa.Column('id', Id, nullable=False),
    sa.Column('message_id', Id, nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('mime', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_attachment_message_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
    sa.UniqueConstraint('message_id', 'place', name=op.f('uq_attachment_message_id_place'))
    )
    op.create_table('deal',
    sa.Column('id', Id, nullable=False),
    sa.Column('pipeline_id', Id, nullable=False),
    sa.Column('stage_id', Id, nullable=False),
    sa.Column('contact_id', Id, nullable=False),
    sa.Column('conversation_id', Id, nullable=False),
    sa.Column('assignee_id', Id, nullable=True),
    sa.Column('assigned_at', Instant(), nullable=True),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('requested_at', Instant(), nullable=False),
    sa.Column('opened_at', Instant(), nullable=False),
    sa.Column('changed_at', Instant(), nullable=False),
    sa.Column('closed_at', Instant(), nullable=True),
    sa.Column('lost_reason_id', Id, nullable=True),
    sa.Column('lost_words', sa.String(), nullable=True),
    sa.Column('opened_by_message_id', Id, nullable=True),
    sa.ForeignKeyConstraint(['assignee_id'], ['staff.id'], name=op.f('fk_deal_assignee_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_deal_contact_id')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_deal_conversation_id')),
    sa.ForeignKeyConstraint(['lost_reason_id'], ['lost_reason.id'], name=op.f('fk_deal_lost_reason_id')),
    sa.ForeignKeyConstraint(['opened_by_message_id'], ['message.id'], name=op.f('fk_deal_opened_by_message_id')),
    sa.ForeignKeyConstraint(['pipeline_id'], ['pipeline.id'], name=op.f('fk_deal_pipeline_id')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_deal_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deal')),
    sa.UniqueConstraint('opened_by_message_id', name=op.f('uq_deal_opened_by_message_id'))
    )
    with op.batch_alter_table('deal', schema=None) as batch_op:
        batch_op.create_index('ix_deal_assignee', ['assignee_id', 'changed_at'], unique=False, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_deal_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_deal_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index('ix_deal_stage', ['stage_id', sa.literal_column('changed_at DESC'), sa.literal_column('id DESC')], unique=False)
        batch_op.create_index('ix_deal_waiting', ['pipeline_id', 'requested_at', 'id'], unique=False, sqlite_where=sa.text('assignee_id IS NULL AND closed_at IS NULL'), postgresql_where=sa.text('assignee_id IS NULL AND closed_at IS NULL'))

    op.create_table('outgoing',
    sa.Column('id', Id, nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.Column('channel_id', Id, nullable=False),
    sa.Column('chat_key', sa.String(), nullable=False),
    sa.Column('lane', sa.Integer(), nullable=False),
    sa.Column('op', sa.String(), nullable=False),
    sa.Column('message_id', Id, nullable=True),
    sa.Column('ref', sa.String(), nullable=True),
    sa.Column('target_id', Id, nullable=True),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('merge_key', sa.String(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('failures', sa.Integer(), server_default='0', nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('not_before', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_outgoing_channel_id')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_outgoing_message_id')),
    sa.ForeignKeyConstraint(['target_id'], ['outgoing.id'], name=op.f('fk_outgoing_target_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing')),
    sa.UniqueConstraint('cause', name=op.f('uq_outgoing_cause'))
    )
    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outgoing_message_id'), ['message_id'], unique=False)
        batch_op.create_index('ix_outgoing_queue', ['channel_id', 'chat_key', 'id', 'lane'], unique=False, sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.create_index('ix_outgoing_ref', ['ref', 'id'], unique=False, sqlite_where=sa.text('ref IS NOT NULL'), postgresql_where=sa.text('ref IS NOT NULL'))
        batch_op.create_index('ix_outgoing_sending', ['channel_id'], unique=False, sqlite_where=sa.text("state = 'sending'"), postgresql_where=sa.text("state = 'sending'"))
        batch_op.create_index('uq_outgoing_merge', ['channel_id', 'chat_key', 'merge_key'], unique=True, sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))

    op.create_table('attempt',
    sa.Column('outgoing_id', Id, nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('epoch', Id, nullable=False),
    sa.Column('started_at', Instant(), nullable=False),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('error', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['outgoing_id'], ['outgoing.id'], name=op.f('fk_attempt_outgoing_id')),
    sa.PrimaryKeyConstraint('outgoing_id', 'no', name=op.f('pk_attempt'))
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_started_at'), ['started_at'], unique=False)

    op.create_table('file_ref',
    sa.Column('attachment_id', Id, nullable=False),
    sa.Column('channel_id', Id, nullable=False),
    sa.Column('external_ref', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], name=op.f('fk_file_ref_attachment_id')),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_file_ref_channel_id')),
    sa.PrimaryKeyConstraint('attachment_id', 'channel_id', name=op.f('pk_file_ref'))
    )
    op.create_table('posted',
    sa.Column('channel_id', Id, nullable=False),
    sa.Column('chat_key', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('outgoing_id', Id, nullable=True),
    sa.Column('message_id', Id, nullable=True),
    sa.Column('ref', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_posted_channel_id')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_posted_message_id')),
    sa.ForeignKeyConstraint(['outgoing_id'], ['outgoing.id'], name=op.f('fk_posted_outgoing_id')),
    sa.PrimaryKeyConstraint('channel_id', 'chat_key', 'external_id', name=op.f('pk_posted'))
    )
    with op.batch_alter_table('posted', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_posted_outgoing_id'), ['outgoing_id'], unique=False)
        batch_op.create_index('ix_posted_ref', ['ref', 'outgoing_id'], unique=False, sqlite_where=sa.text('ref IS NOT NULL'), postgresql_where=sa.text('ref IS NOT NULL'))

    op.create_table('stage_stay',
    sa.Column('id', Id, nullable=False),
    sa.Column('deal_id', Id, nullable=False),
    sa.Column('stage_id', Id, nullable=False),
    sa.Column('entered_at', Instant(), nullable=False),
    sa.Column('left_at', Instant(), nullable=True),
    sa.Column('actor', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['deal_id'], ['deal.id'], name=op.f('fk_stage_stay_deal_id')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_stage_stay_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage_stay'))
    )
    with op.batch_alter_table('stage_stay', schema=None) as batch_op:
        batch_op.create_index('ix_stage_stay_stage', ['stage_id', 'entered_at'], unique=False)
        batch_op.create_index('uq_stage_stay_open', ['deal_id'], unique=True, sqlite_where=sa.text('left_at IS NULL'), postgresql_where=sa.text('left_at IS NULL'))

    op.create_table('talk',
    sa.Column('conversation_id', Id, nullable=False),
    sa.Column('deal_id', Id, nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_talk_conversation_id')),
    sa.ForeignKeyConstraint(['deal_id'], ['deal.id'], name=op.f('fk_talk_deal_id')),
    sa.PrimaryKeyConstraint('conversation_id', name=op.f('pk_talk'))
    )
    with op.batch_alter_table('talk', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_talk_deal_id'), ['deal_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('talk', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_talk_deal_id'))

    op.drop_table('talk')
    with op.batch_alter_table('stage_stay', schema=None) as batch_op:
        batch_op.drop_index('uq_stage_stay_open', sqlite_where=sa.text('left_at IS NULL'), postgresql_where=sa.text('left_at IS NULL'))
        batch_op.drop_index('ix_stage_stay_stage')

    op.drop_table('stage_stay')
    with op.batch_alter_table('posted', schema=None) as batch_op:
        batch_op.drop_index('ix_posted_ref', sqlite_where=sa.text('ref IS NOT NULL'), postgresql_where=sa.text('ref IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_posted_outgoing_id'))

    op.drop_table('posted')
    op.drop_table('file_ref')
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempt_started_at'))

    op.drop_table('attempt')
    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.drop_index('uq_outgoing_merge', sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.drop_index('ix_outgoing_sending', sqlite_where=sa.text("state = 'sending'"), postgresql_where=sa.text("state = 'sending'"))
        batch_op.drop_index('ix_outgoing_ref', sqlite_where=sa.text('ref IS NOT NULL'), postgresql_where=sa.text('ref IS NOT NULL'))
        batch_op.drop_index('ix_outgoing_queue', sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.drop_index(batch_op.f('ix_outgoing_message_id'))

    op.drop_table('outgoing')
    with op.batch_alter_table('deal', schema=None) as batch_op:
        batch_op.drop_index('ix_deal_waiting', sqlite_where=sa.text('assignee_id IS NULL AND closed_at IS NULL'), postgresql_where=sa.text('assignee_id IS NULL AND closed_at IS NULL'))
        batch_op.drop_index('ix_deal_stage')
        batch_op.drop_index(batch_op.f('ix_deal_conversation_id'))
        batch_op.drop_index(batch_op.f('ix_deal_contact_id'))
        batch_op.drop_index('ix_deal_assignee', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))

    op.drop_table('deal')
    op.drop_table('attachment')
    with op.batch_alter_table('staff_account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_account_staff_id'))
        batch_op.drop_index(batch_op.f('ix_staff_account_open_conversation_id'))

    op.drop_table('staff_account')
    op.drop_table('rotation_member')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_conversation')

    op.drop_table('message')
    with op.batch_alter_table('update', schema=None) as batch_op:
        batch_op.drop_index('ix_update_waiting', sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
        batch_op.drop_index(batch_op.f('ix_update_at'))

    op.drop_table('update')
    op.drop_table('stage')
    op.drop_table('rotation')
    op.drop_table('pipeline_channel')
    op.drop_table('parked_update')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_membership_staff_id'))

    op.drop_table('membership')
    op.drop_table('invitation')
    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_identity_contact_id'))

    op.drop_table('identity')
    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conversation_contact_id'))

    op.drop_table('conversation')
    op.drop_table('stream')
    op.drop_table('staff')
    op.drop_table('pipeline')
    op.drop_table('lost_reason')
    op.drop_table('lease')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index('ix_event_unhandled', sqlite_where=sa.text('position IS NULL AND parked IS NULL'), postgresql_where=sa.text('position IS NULL AND parked IS NULL'))
        batch_op.drop_index('ix_event_feed')
        batch_op.drop_index('uq_event_position', sqlite_where=sa.text('position IS NOT NULL'), postgresql_where=sa.text('position IS NOT NULL'))

    op.drop_table('event')
    op.drop_table('counter')
    op.drop_table('contact')
    op.drop_table('channel')
