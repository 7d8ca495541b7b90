"""What happens to customers and their messages, in the past tense."""

from dataclasses import dataclass

from core.journal import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(Event):
    """A customer wrote; `began_waiting` if everything before was answered.

    `source` is from where he came, where his conversation has it from this message.
    """

    conversation_id: int
    message_id: int
    began_waiting: bool
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(Event):
    """Whoever wrote a message changed it; `version` counts the changes."""

    conversation_id: int
    message_id: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReacted(Event):
    """A customer put a reaction on a message of ours, or took it away."""

    conversation_id: int
    message_id: int
    emoji: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTakenBack(Event):
    """Somebody of the company took a message back."""

    conversation_id: int
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDelivered(Event):
    """An edit or a deletion ("edit", "delete") of a message of ours was made at the customer."""

    message_id: int
    op: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFailed(Event):
    """An edit or a deletion of a message of ours will not be made; `reason` is a code of `inbox.channel.Reason`."""

    message_id: int
    op: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStarted(Event):
    """A customer pressed Start, perhaps on a link with a payload; it is no message."""

    conversation_id: int
    update_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactBlocked(Event):
    """A customer can no longer be reached on a channel."""

    identity_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactReturned(Event):
    """A customer can be reached again."""

    identity_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNamed(Event):
    """A customer said what he is called."""

    conversation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactStated(Event):
    """A customer said where he can be reached, which nobody has verified; `kind` is "phone" or "email"."""

    conversation_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSeen(Event):
    """One side has seen what the other wrote, up to a message; `by` is "us" or "customer"."""

    conversation_id: int
    message_id: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWritten(Event):
    """Somebody of the company wrote to a customer; it waits to be sent."""

    conversation_id: int
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDelivered(Event):
    """The messenger took a message for a customer."""

    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(Event):
    """A message for a customer will not be sent; `reason` is a code of `inbox.channel.Reason`."""

    message_id: int
    outgoing_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUnconfirmed(Event):
    """A message was handed to the messenger, which never answered: it may or may not have arrived."""

    message_id: int
    outgoing_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWithdrawn(Event):
    """An automatic message that had crossed with what stopped it was not sent after all; `reason` says what did."""

    message_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRetried(Event):
    """A person asked to send again what had failed or was not confirmed."""

    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDiscarded(Event):
    """A person gave up what had failed."""

    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFailed(Event):
    """Something that is not a message for a customer (a card, a mark) will not be sent."""

    outgoing_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateParked(Event):
    """An update could not be read or handled and was put aside, whole."""

    parked_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPaused(Event):
    """A channel stopped by itself, for a reason that an admin must mend."""

    channel_id: int
    reason: str
