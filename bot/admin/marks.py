"""Whether a trigger works, at a glance and in words."""

from core.texts import Texts
from triggers.trigger import Trigger
from triggers.words import why


def mark(one: Trigger) -> str:
    """On, off, or standing still."""
    if one.paused_reason is not None:
        return "⏸"
    return "🟢" if one.on else "⚪"


def state(t: Texts, one: Trigger) -> str:
    """The same in words, with the reason."""
    if one.paused_reason is not None:
        return "⏸ " + t("It stands still: {reason}.", reason=why(t, one.paused_reason))
    return "🟢 " + t("It is on.") if one.on else "⚪ " + t("It is off.")


def saved(t: Texts, one: Trigger) -> str:
    """What whoever has saved it may count on."""
    return t("Saved: it works from now on.") if one.works else t("Saved, but it is switched off.")
