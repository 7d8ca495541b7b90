"""The tables of channels, contacts, conversations and messages; no rule lives here."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from core.database import Id, Instant, metadata

channel = Table(
    "channel",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("state", String, nullable=False, server_default="on"),
    Column("reason", String),
    UniqueConstraint("kind", "name"),
)

update = Table(
    "update",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel_id", Id, ForeignKey("channel.id"), nullable=False),
    Column("external_id", String, nullable=False),
    Column("chat_key", String),
    Column("payload", JSON),
    Column("at", Instant, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    UniqueConstraint("channel_id", "external_id"),
)
_waiting = update.c.state == "waiting"
Index(
    "ix_update_waiting",
    update.c.channel_id,
    update.c.chat_key,
    update.c.id,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)

parked_update = Table(
    "parked_update",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel_id", Id, ForeignKey("channel.id"), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", Instant, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False),
    # Who says that he is called so: the "messenger", the "customer", the "staff", or "nobody", and it is made up.
    Column("named_by", String, nullable=False, server_default="messenger"),
    # Names and usernames as `core.words.bare` has them.
    Column("search", String),
    Column("language", String),
    Column("timezone", String),
)

phone = Table(
    "phone",
    metadata,
    Column("contact_id", Id, ForeignKey("contact.id"), primary_key=True),
    # E.164, with its plus.
    Column("number", String, primary_key=True, index=True),
)

# What a visitor says is his, which nobody has verified: a "phone" or an "email".
stated = Table(
    "stated",
    metadata,
    Column("contact_id", Id, ForeignKey("contact.id"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("at", Instant, nullable=False),
)

identity = Table(
    "identity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", Id, ForeignKey("contact.id"), nullable=False, index=True),
    Column("channel_id", Id, ForeignKey("channel.id"), nullable=False),
    Column("external_id", String, nullable=False),
    Column("username", String),
    Column("unreachable_since", Instant),
    UniqueConstraint("channel_id", "external_id"),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel_id", Id, ForeignKey("channel.id"), nullable=False),
    Column("chat_key", String, nullable=False),
    Column("contact_id", Id, ForeignKey("contact.id"), nullable=False, index=True),
    Column("source", String),
    Column("last_message_id", Id),
    Column("waiting_since", Instant),
    Column("waiting_from_id", Id),
    # The newest message of the customer that somebody of ours has seen, and the newest of ours that he has.
    Column("seen_by_us_id", Id),
    Column("seen_by_customer_id", Id),
    UniqueConstraint("channel_id", "chat_key"),
)
# Those who wait are few, whatever conversations there are.
_waits = conversation.c.waiting_since.is_not(None)
Index("ix_conversation_waiting", conversation.c.id, sqlite_where=_waits, postgresql_where=_waits)

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversation.id"), nullable=False),
    Column("direction", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("external_id", String),
    Column("client_key", String, unique=True),
    Column("reply_to_id", Id, ForeignKey("message.id")),
    Column("album", String),
    Column("kind", String, nullable=False),
    Column("body", JSON, nullable=False),
    # Its text as `core.words.bare` has it; nothing where there is none.
    Column("search", String),
    Column("at", Instant, nullable=False),
    Column("edited_at", Instant),
    # Taken back by whoever wrote it.
    Column("deleted_at", Instant),
    # What the other side put on it.
    Column("reaction", String),
    UniqueConstraint("conversation_id", "external_id"),
)
Index("ix_message_conversation", message.c.conversation_id, message.c.id)

message_version = Table(
    "message_version",
    metadata,
    Column("message_id", Id, ForeignKey("message.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("body", JSON, nullable=False),
    # When it stopped saying this.
    Column("at", Instant, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", Id, ForeignKey("message.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("mime", String),
    Column("name", String),
    Column("size", BigInteger),
    # waiting: to be fetched; kept: it lies at `path` below the media folder; missing: it never will, for `reason`.
    Column("state", String, nullable=False, server_default="waiting"),
    Column("path", String),
    Column("reason", String),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Instant),
    UniqueConstraint("message_id", "place"),
)
_to_fetch = attachment.c.state == "waiting"
Index("ix_attachment_waiting", attachment.c.id, sqlite_where=_to_fetch, postgresql_where=_to_fetch)

file_ref = Table(
    "file_ref",
    metadata,
    Column("attachment_id", Id, ForeignKey("attachment.id"), primary_key=True),
    Column("channel_id", Id, ForeignKey("channel.id"), primary_key=True),
    Column("external_ref", String, nullable=False),
)

# What a file that lies at `path` is called at a messenger that was given it once, in whichever message.
kept_ref = Table(
    "kept_ref",
    metadata,
    Column("path", String, primary_key=True),
    Column("channel_id", Id, ForeignKey("channel.id"), primary_key=True),
    Column("external_ref", String, nullable=False),
)
Index("ix_kept_ref_name", kept_ref.c.channel_id, kept_ref.c.external_ref)

# What somebody has sent from a browser and no message has used yet.
upload = Table(
    "upload",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("path", String, nullable=False),
    # Nothing until all of it is here.
    Column("kind", String),
    Column("mime", String),
    Column("file_name", String),
    Column("size", BigInteger),
    Column("at", Instant, nullable=False, index=True),
)

outgoing = Table(
    "outgoing",
    metadata,
    Column("id", Id, primary_key=True),
    Column("cause", String, nullable=False, unique=True),
    Column("channel_id", Id, ForeignKey("channel.id"), nullable=False),
    Column("chat_key", String, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("op", String, nullable=False),
    Column("message_id", Id, ForeignKey("message.id"), index=True),
    Column("ref", String),
    Column("target_id", Id, ForeignKey("outgoing.id")),
    Column("content", JSON, nullable=False),
    Column("merge_key", String),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("reason", String),
    Column("not_before", Instant),
    # A stream; it is sent only when everything committed there has been handed on, as that may stop it.
    Column("guard", String),
)
_queued = outgoing.c.state == "queued"
_sending = outgoing.c.state == "sending"
_has_ref = outgoing.c.ref.is_not(None)
Index(
    "uq_outgoing_merge",
    outgoing.c.channel_id,
    outgoing.c.chat_key,
    outgoing.c.merge_key,
    unique=True,
    sqlite_where=_queued,
    postgresql_where=_queued,
)
Index(
    "ix_outgoing_queue",
    outgoing.c.channel_id,
    outgoing.c.chat_key,
    outgoing.c.id,
    outgoing.c.lane,
    sqlite_where=_queued,
    postgresql_where=_queued,
)
Index("ix_outgoing_sending", outgoing.c.channel_id, sqlite_where=_sending, postgresql_where=_sending)
Index("ix_outgoing_ref", outgoing.c.ref, outgoing.c.id, sqlite_where=_has_ref, postgresql_where=_has_ref)

attempt = Table(
    "attempt",
    metadata,
    Column("outgoing_id", Id, ForeignKey("outgoing.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("epoch", Id, nullable=False),
    Column("started_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant),
    Column("outcome", String),
    Column("error", String),
)

posted = Table(
    "posted",
    metadata,
    Column("channel_id", Id, ForeignKey("channel.id"), primary_key=True),
    Column("chat_key", String, primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("outgoing_id", Id, ForeignKey("outgoing.id"), index=True),
    Column("message_id", Id, ForeignKey("message.id")),
    Column("ref", String),
)
_about = posted.c.ref.is_not(None)
Index("ix_posted_ref", posted.c.ref, posted.c.outgoing_id, sqlite_where=_about, postgresql_where=_about)
