"""The tables of triggers and of what they still have to do; no rule lives here."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, literal_column

from core.database import Id, Instant, metadata

trigger = Table(
    "trigger",
    metadata,
    Column("id", Id, primary_key=True),
    # Of no pipeline: of all.
    Column("pipeline_id", Id, ForeignKey("pipeline.id")),
    Column("preset", String),
    Column("occasion", String, nullable=False),
    Column("occasion_with", JSON, nullable=False),
    Column("conditions", JSON, nullable=False),
    Column("actions", JSON, nullable=False),
    Column("delay_seconds", Integer, nullable=False),
    Column("stops_on", JSON, nullable=False),
    Column("on", Integer, nullable=False, server_default="1"),
    Column("paused_reason", String),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    Column("deleted_at", Instant),
)

trigger_run = Table(
    "trigger_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("trigger_id", Id, ForeignKey("trigger.id"), nullable=False),
    Column("deal_id", Id, ForeignKey("deal.id"), nullable=False),
    Column("cause_id", Id, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    # waiting -> queued (a message waits to be sent) -> done; or stopped, failed.
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("reason", String),
    Column("ended_at", Instant),
    UniqueConstraint("trigger_id", "deal_id", "cause_id"),
)
# Queries ask with these very words: with a parameter no database would find the index.
IS_WAITING = trigger_run.c.state == literal_column("'waiting'")
IS_PENDING = trigger_run.c.state.in_([literal_column("'waiting'"), literal_column("'queued'")])
Index(
    "ix_trigger_run_due", trigger_run.c.due_at, trigger_run.c.id, sqlite_where=IS_WAITING, postgresql_where=IS_WAITING
)
Index("ix_trigger_run_deal", trigger_run.c.deal_id, sqlite_where=IS_PENDING, postgresql_where=IS_PENDING)
Index(
    "ix_trigger_run_next",
    trigger_run.c.trigger_id,
    trigger_run.c.due_at,
    sqlite_where=IS_WAITING,
    postgresql_where=IS_WAITING,
)
Index("ix_trigger_run_lately", trigger_run.c.trigger_id, trigger_run.c.id)
_ended = trigger_run.c.ended_at.is_not(None)
Index(
    "ix_trigger_run_ended",
    trigger_run.c.ended_at,
    trigger_run.c.trigger_id,
    trigger_run.c.state,
    sqlite_where=_ended,
    postgresql_where=_ended,
)
