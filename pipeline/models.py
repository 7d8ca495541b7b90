"""The tables of pipelines, deals and staff; no rule lives here."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from core.database import Id, Instant, metadata

pipeline = Table(
    "pipeline",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False),
    Column("place", Integer, nullable=False),
)

pipeline_channel = Table(
    "pipeline_channel",
    metadata,
    Column("channel_id", Id, ForeignKey("channel.id"), primary_key=True),
    Column("pipeline_id", Id, ForeignKey("pipeline.id"), nullable=False),
)

stage = Table(
    "stage",
    metadata,
    Column("id", Id, primary_key=True),
    Column("pipeline_id", Id, ForeignKey("pipeline.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("group", String, nullable=False),
    Column("place", Integer, nullable=False),
    UniqueConstraint("pipeline_id", "name"),
    UniqueConstraint("pipeline_id", "place"),
)

lost_reason = Table(
    "lost_reason",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("place", Integer, nullable=False),
    Column("asks_words", Integer, nullable=False),
    # Not offered any more; deals that were lost for it keep it.
    Column("removed_at", Instant),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("language", String, nullable=False),
    Column("timezone", String, nullable=False),
    Column("capacity", Integer),
    Column("on_shift_since", Instant),
    Column("disabled_at", Instant),
    # Which notices ring, by name; nothing chosen is the usual.
    Column("rings", JSON),
    # When none does, in minutes of the local day: [1320, 480].
    Column("night", JSON),
    # The last local day whose morning list was made.
    Column("morning_of", String),
    # How he likes his board: what is folded and hidden.
    Column("board", JSON),
)

staff_account = Table(
    "staff_account",
    metadata,
    Column("channel_id", Id, ForeignKey("channel.id"), primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("open_conversation_id", Id, ForeignKey("conversation.id"), index=True),
    Column("open_until", Instant),
    Column("screen", JSON),
)

membership = Table(
    "membership",
    metadata,
    Column("pipeline_id", Id, ForeignKey("pipeline.id"), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), primary_key=True, index=True),
)

invitation = Table(
    "invitation",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("invited_by", Id, ForeignKey("staff.id")),
    # Whom it connects with his account at a messenger; without one it makes somebody new.
    Column("connects_id", Id, ForeignKey("staff.id")),
    Column("used_by", Id, ForeignKey("staff.id")),
)

login = Table(
    "login",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
    # Used, or put aside by a newer one.
    Column("ended_at", Instant),
)

session = Table(
    "session",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", String, nullable=False, unique=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    # The browser's own words about itself.
    Column("agent", String),
    Column("ended_at", Instant),
)

rotation = Table(
    "rotation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("pipeline_id", Id, ForeignKey("pipeline.id"), nullable=False, index=True),
    # 1: the pipeline's own turn, which every new member joins; 0: one of chosen people.
    Column("everybody", Integer, nullable=False, server_default="1"),
    Column("last_place", Integer, nullable=False, server_default="0"),
)
_of_all = rotation.c.everybody == 1
Index("uq_rotation_everybody", rotation.c.pipeline_id, unique=True, sqlite_where=_of_all, postgresql_where=_of_all)

rotation_member = Table(
    "rotation_member",
    metadata,
    Column("rotation_id", Id, ForeignKey("rotation.id"), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), primary_key=True),
    Column("place", Integer, nullable=False),
    UniqueConstraint("rotation_id", "place"),
)

deal = Table(
    "deal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("pipeline_id", Id, ForeignKey("pipeline.id"), nullable=False),
    Column("stage_id", Id, ForeignKey("stage.id"), nullable=False),
    Column("contact_id", Id, ForeignKey("contact.id"), nullable=False, index=True),
    Column("conversation_id", Id, ForeignKey("conversation.id"), nullable=False, index=True),
    Column("assignee_id", Id, ForeignKey("staff.id")),
    Column("assigned_at", Instant),
    # Who gave it back into the turn, and is not handed it again.
    Column("returned_by_id", Id, ForeignKey("staff.id")),
    # The turn it waits in; without one nobody is handed it.
    Column("rotation_id", Id, ForeignKey("rotation.id")),
    Column("source", String),
    # Minor units of `currency`; both or neither.
    Column("amount", BigInteger),
    Column("currency", String),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("requested_at", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("first_answered_at", Instant),
    Column("closed_at", Instant),
    Column("lost_reason_id", Id, ForeignKey("lost_reason.id")),
    Column("lost_words", String),
    Column("opened_by_message_id", Id, ForeignKey("message.id"), unique=True),
)
_open = deal.c.closed_at.is_(None)
_unassigned = deal.c.assignee_id.is_(None) & deal.c.closed_at.is_(None)
Index("ix_deal_stage", deal.c.stage_id, deal.c.changed_at.desc(), deal.c.id.desc())
Index("ix_deal_assignee", deal.c.assignee_id, deal.c.changed_at, sqlite_where=_open, postgresql_where=_open)
Index(
    "ix_deal_waiting",
    deal.c.pipeline_id,
    deal.c.requested_at,
    deal.c.id,
    sqlite_where=_unassigned,
    postgresql_where=_unassigned,
)
_sourced = deal.c.source.is_not(None)
Index("ix_deal_source", deal.c.pipeline_id, deal.c.id, sqlite_where=_sourced, postgresql_where=_sourced)
_open_sourced = _open & _sourced
Index(
    "ix_deal_open_source",
    deal.c.pipeline_id,
    deal.c.source,
    sqlite_where=_open_sourced,
    postgresql_where=_open_sourced,
)
_in_turn = _unassigned & deal.c.rotation_id.is_not(None)
Index(
    "ix_deal_turn",
    deal.c.rotation_id,
    deal.c.requested_at,
    deal.c.id,
    sqlite_where=_in_turn,
    postgresql_where=_in_turn,
)

# Changes of how many deals a stage holds and of their sum, in minor units; its rows add up to the total. They are only
# ever added, so nobody waits for anybody, and are folded into one row from time to time.
stage_total = Table(
    "stage_total",
    metadata,
    Column("id", Id, primary_key=True),
    Column("stage_id", Id, ForeignKey("stage.id"), nullable=False),
    # Empty for deals without an amount.
    Column("currency", String, nullable=False),
    Column("deals", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
)
Index("ix_stage_total_stage", stage_total.c.stage_id, stage_total.c.currency)

# One act on many deals, done by and by.
bulk = Table(
    "bulk",
    metadata,
    Column("id", Id, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("act", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("client_key", String, nullable=False, unique=True),
)
_under_way = bulk.c.ended_at.is_(None)
Index("ix_bulk_under_way", bulk.c.id, sqlite_where=_under_way, postgresql_where=_under_way)

bulk_deal = Table(
    "bulk_deal",
    metadata,
    Column("bulk_id", Id, ForeignKey("bulk.id"), primary_key=True),
    Column("deal_id", Id, ForeignKey("deal.id"), primary_key=True),
    # "done", or why not: a refusal's code, with what its words need.
    Column("outcome", String),
    Column("values", JSON),
)
_to_do = bulk_deal.c.outcome.is_(None)
Index("ix_bulk_deal_left", bulk_deal.c.bulk_id, bulk_deal.c.deal_id, sqlite_where=_to_do, postgresql_where=_to_do)

talk = Table(
    "talk",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversation.id"), primary_key=True),
    Column("deal_id", Id, ForeignKey("deal.id"), nullable=False, index=True),
)

stage_stay = Table(
    "stage_stay",
    metadata,
    Column("id", Id, primary_key=True),
    Column("deal_id", Id, ForeignKey("deal.id"), nullable=False),
    Column("stage_id", Id, ForeignKey("stage.id"), nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("left_at", Instant),
    Column("actor", String, nullable=False),
)
_staying = stage_stay.c.left_at.is_(None)
Index("uq_stage_stay_open", stage_stay.c.deal_id, unique=True, sqlite_where=_staying, postgresql_where=_staying)
Index("ix_stage_stay_stage", stage_stay.c.stage_id, stage_stay.c.entered_at)

tag = Table(
    "tag",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False),
    # The name as `core.words.bare` has it: one tag, however it is typed.
    Column("folded", String, nullable=False, unique=True),
)

deal_tag = Table(
    "deal_tag",
    metadata,
    Column("deal_id", Id, ForeignKey("deal.id"), primary_key=True),
    Column("tag_id", Id, ForeignKey("tag.id"), primary_key=True),
)
Index("ix_deal_tag_tag", deal_tag.c.tag_id, deal_tag.c.deal_id)

task_kind = Table(
    "task_kind",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("place", Integer, nullable=False),
    Column("removed_at", Instant),
)

task = Table(
    "task",
    metadata,
    Column("id", Id, primary_key=True),
    Column("deal_id", Id, ForeignKey("deal.id"), nullable=False),
    # Nobody's where its deal was nobody's.
    Column("assignee_id", Id, ForeignKey("staff.id")),
    Column("kind_id", Id, ForeignKey("task_kind.id"), nullable=False),
    Column("text", String),
    Column("made_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    # Its time has come, and it was said; it is overdue, and it was said.
    Column("reminded_at", Instant),
    Column("overdue_at", Instant),
    Column("done_at", Instant),
    # What made it, so that it is made once: a trigger's run.
    Column("client_key", String, unique=True),
)
_undone = task.c.done_at.is_(None)
_silent = _undone & task.c.reminded_at.is_(None)
_due = _undone & task.c.overdue_at.is_(None)
Index("ix_task_assignee", task.c.assignee_id, task.c.due_at, sqlite_where=_undone, postgresql_where=_undone)
Index("ix_task_deal", task.c.deal_id, task.c.due_at, sqlite_where=_undone, postgresql_where=_undone)
Index("ix_task_to_remind", task.c.due_at, sqlite_where=_silent, postgresql_where=_silent)
Index("ix_task_to_warn", task.c.due_at, sqlite_where=_due, postgresql_where=_due)
