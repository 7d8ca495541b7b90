"""What people say in full: versions, reactions, files kept; amounts, tags, tasks; what rings for whom."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from core.database import Id, Instant
from core.words import bare
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

UNDONE = 'done_at IS NULL'
SILENT = 'done_at IS NULL AND reminded_at IS NULL'
DUE = 'done_at IS NULL AND overdue_at IS NULL'
TO_FETCH = "state = 'waiting'"
AT_ONCE = 1000


def upgrade() -> None:
    op.add_column('contact', sa.Column('search', sa.String(), nullable=True))
    op.create_table('phone',
    sa.Column('contact_id', Id, nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_phone_contact_id')),
    sa.PrimaryKeyConstraint('contact_id', 'number', name=op.f('pk_phone'))
    )
    op.create_index('ix_phone_number', 'phone', ['number'])
    for column in ('search', 'reaction'):
        op.add_column('message', sa.Column(column, sa.String(), nullable=True))
    for column in ('edited_at', 'deleted_at'):
        op.add_column('message', sa.Column(column, Instant(), nullable=True))
    op.create_table('message_version',
    sa.Column('message_id', Id, nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_message_version_message_id')),
    sa.PrimaryKeyConstraint('message_id', 'no', name=op.f('pk_message_version'))
    )
    op.add_column('attachment', sa.Column('state', sa.String(), server_default='waiting', nullable=False))
    op.add_column('attachment', sa.Column('path', sa.String(), nullable=True))
    op.add_column('attachment', sa.Column('reason', sa.String(), nullable=True))
    op.add_column('attachment', sa.Column('attempts', sa.Integer(), server_default='0', nullable=False))
    op.add_column('attachment', sa.Column('not_before', Instant(), nullable=True))
    op.create_index('ix_attachment_waiting', 'attachment', ['id'], sqlite_where=sa.text(TO_FETCH), postgresql_where=sa.text(TO_FETCH))
    op.add_column('lost_reason', sa.Column('removed_at', Instant(), nullable=True))
    op.add_column('staff', sa.Column('rings', sa.JSON(), nullable=True))
    op.add_column('staff', sa.Column('night', sa.JSON(), nullable=True))
    op.add_column('staff', sa.Column('morning_of', sa.String(), nullable=True))
    # A table that is made anew forgets which way an index goes.
    op.drop_index('ix_deal_stage', table_name='deal')
    with op.batch_alter_table('deal') as batch_op:
        batch_op.add_column(sa.Column('amount', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('currency', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('first_answered_at', Instant(), nullable=True))
        batch_op.add_column(sa.Column('returned_by_id', Id, nullable=True))
        batch_op.create_foreign_key('fk_deal_returned_by_id', 'staff', ['returned_by_id'], ['id'])
    op.create_index('ix_deal_stage', 'deal', ['stage_id', sa.text('changed_at DESC'), sa.text('id DESC')])
    op.create_table('tag',
    sa.Column('id', Id, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('folded', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tag')),
    sa.UniqueConstraint('folded', name=op.f('uq_tag_folded'))
    )
    op.create_table('deal_tag',
    sa.Column('deal_id', Id, nullable=False),
    sa.Column('tag_id', Id, nullable=False),
    sa.ForeignKeyConstraint(['deal_id'], ['deal.id'], name=op.f('fk_deal_tag_deal_id')),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('fk_deal_tag_tag_id')),
    sa.PrimaryKeyConstraint('deal_id', 'tag_id', name=op.f('pk_deal_tag'))
    )
    op.create_index('ix_deal_tag_tag', 'deal_tag', ['tag_id', 'deal_id'])
    op.create_table('task_kind',
    sa.Column('id', Id, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('removed_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task_kind')),
    sa.UniqueConstraint('name', name=op.f('uq_task_kind_name'))
    )
    op.create_table('task',
    sa.Column('id', Id, nullable=False),
    sa.Column('deal_id', Id, nullable=False),
    sa.Column('assignee_id', Id, nullable=True),
    sa.Column('kind_id', Id, nullable=False),
    sa.Column('text', sa.String(), nullable=True),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('due_at', Instant(), nullable=False),
    sa.Column('reminded_at', Instant(), nullable=True),
    sa.Column('overdue_at', Instant(), nullable=True),
    sa.Column('done_at', Instant(), nullable=True),
    sa.Column('client_key', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['deal_id'], ['deal.id'], name=op.f('fk_task_deal_id')),
    sa.ForeignKeyConstraint(['assignee_id'], ['staff.id'], name=op.f('fk_task_assignee_id')),
    sa.ForeignKeyConstraint(['kind_id'], ['task_kind.id'], name=op.f('fk_task_kind_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task')),
    sa.UniqueConstraint('client_key', name=op.f('uq_task_client_key'))
    )
    op.create_index('ix_task_assignee', 'task', ['assignee_id', 'due_at'], sqlite_where=sa.text(UNDONE), postgresql_where=sa.text(UNDONE))
    op.create_index('ix_task_deal', 'task', ['deal_id', 'due_at'], sqlite_where=sa.text(UNDONE), postgresql_where=sa.text(UNDONE))
    op.create_index('ix_task_to_remind', 'task', ['due_at'], sqlite_where=sa.text(SILENT), postgresql_where=sa.text(SILENT))
    op.create_index('ix_task_to_warn', 'task', ['due_at'], sqlite_where=sa.text(DUE), postgresql_where=sa.text(DUE))
    _fill_search()


def _fill_search() -> None:
    """Make what was written before findable, some rows at a time, as there may be a million of them."""
    contact = sa.table('contact', sa.column('id', Id), sa.column('name', sa.String), sa.column('search', sa.String))
    message = sa.table('message', sa.column('id', Id), sa.column('body', sa.JSON), sa.column('search', sa.String))
    _fill(contact, lambda row: bare(row.name))
    _fill(message, lambda row: bare(row.body.get('text') or ''))


def _fill(table: sa.TableClause, search_of: Callable[[Any], str]) -> None:
    connection, last = op.get_bind(), 0
    statement = sa.update(table).where(table.c.id == sa.bindparam('row')).values(search=sa.bindparam('said'))
    while rows := connection.execute(sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)).all():
        last = rows[-1].id
        if found := [{'row': row.id, 'said': said} for row in rows if (said := search_of(row))]:
            connection.execute(statement, found)


def downgrade() -> None:
    for table in ('task', 'task_kind', 'deal_tag', 'tag', 'message_version', 'phone'):
        op.drop_table(table)
    op.drop_index('ix_attachment_waiting', table_name='attachment')
    columns = {
        'staff': ('rings', 'night', 'morning_of'),
        'lost_reason': ('removed_at',),
        'attachment': ('state', 'path', 'reason', 'attempts', 'not_before'),
        'message': ('search', 'edited_at', 'deleted_at', 'reaction'),
        'contact': ('search',),
    }
    op.drop_index('ix_deal_stage', table_name='deal')
    with op.batch_alter_table('deal') as batch_op:
        batch_op.drop_constraint('fk_deal_returned_by_id', type_='foreignkey')
        for name in ('amount', 'currency', 'first_answered_at', 'returned_by_id'):
            batch_op.drop_column(name)
    op.create_index('ix_deal_stage', 'deal', ['stage_id', sa.text('changed_at DESC'), sa.text('id DESC')])
    for table, names in columns.items():
        for name in names:
            op.drop_column(table, name)
