"""How a deal and its messages look in an operator's chat; what to show when is `notify`'s affair."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aiogram.utils.formatting import BlockQuote, Bold, Italic, Text

from bot import callbacks, task_callbacks
from bot.texts import Buttons, content
from core.texts import Texts, plain
from core.words import shortened
from inbox.channels import label_of
from inbox.queries import MessageView
from inbox.wording import summary
from pipeline.deals import DealView
from pipeline.staff.rights import Right, Staff
from pipeline.stages import ACTIVE, LOST, NOT_A_LEAD, WON, LostReason, Stage
from pipeline.work.tasks import Colour, colour_of

IN_CARD = 700
IN_REMINDER = 80
COLOURS = {Colour.GREEN: "🟢", Colour.YELLOW: "🟡", Colour.RED: "🔴"}


def title(view: DealView) -> str:
    """Customer and number: how a deal is called everywhere."""
    return f"{plain(view.customer)} · #{view.id}"


def card(
    t: Texts,
    view: DealView,
    viewer: Staff,
    shown: MessageView | None,
    now: datetime,
    *,
    buttons: Buttons | None = None,
    more: Sequence[str] = (),
) -> dict[str, Any]:
    """The card of a deal as `viewer` sees it. `shown` is the message that stands in it, `more` lines of a screen."""
    lines = [
        _origin(t, view),
        _state(t, view, viewer),
        _worth(t, view),
        _waiting(t, view, now),
        _reminder(t, view, now),
        *more,
    ]
    parts: list[Any] = [Bold(title(view)), *(f"\n{line}" for line in lines if line)]
    if shown is not None:
        parts += ["\n", BlockQuote(summary(t, shown.kind, shown.body, IN_CARD))]
        parts += ["\n", Italic(t("edited"))] if shown.edited_at else []
    return content(Text(*parts), _buttons(t, view, viewer) if buttons is None else buttons)


def put_away(view: DealView, shown: MessageView | None, t: Texts) -> dict[str, Any]:
    """What is left of a card when a newer one follows: whose it was and what stood in it, nothing that grows old."""
    quote = [BlockQuote(summary(t, shown.kind, shown.body, IN_CARD)), "\n"] if shown is not None else []
    return content(Text(Bold(title(view)), "\n", *quote, "↓"))


def stands_whole(shown: MessageView) -> bool:
    """Whether a card can hold all of a message, so that it need not be relayed as well."""
    text = shown.body.get("text", "")
    return shown.kind in ("text", "dice") and shortened(text, IN_CARD) == text and not shown.body.get("entities")


def _origin(t: Texts, view: DealView) -> str:
    channel = t(label_of(view.channel_kind))
    if not view.source:
        return channel
    return t("{channel} · from “{source}”", channel=channel, source=shortened(view.source, 64))


def _worth(t: Texts, view: DealView) -> str:
    amount = t.money(view.amount, view.currency) if view.amount is not None and view.currency else ""
    return " · ".join(part for part in (amount, *view.tags) if part)


def _reminder(t: Texts, view: DealView, now: datetime) -> str:
    if view.next_task is None or view.next_task_at is None:
        return ""
    sign = COLOURS[colour_of(view.next_task_at, now)]
    return f"{sign} {shortened(view.next_task, IN_REMINDER)} · {t.clock(view.next_task_at, now)}"


def _state(t: Texts, view: DealView, viewer: Staff) -> str:
    if view.closed_at is not None:
        why = " — ".join(part for part in (view.lost_reason, view.lost_words) if part)
        return f"{view.stage} · {shortened(why, 200)}" if why else view.stage
    if view.assignee_id is None:
        return view.stage
    if view.assignee_id == viewer.id:
        return t("{stage} · yours", stage=view.stage)
    return t("{stage} · taken by {name}", stage=view.stage, name=plain(view.assignee or ""))


def _waiting(t: Texts, view: DealView, now: datetime) -> str:
    if view.closed_at is not None:
        return t("Closed {time}", time=t.clock(view.closed_at, now))
    if view.waiting_since is None:
        return t("Answered")
    return t("Waiting since {time}", time=t.clock(view.waiting_since, now))


def _buttons(t: Texts, view: DealView, viewer: Staff) -> Buttons:
    more = (t("More"), callbacks.More(deal=view.id))
    if view.assignee_id is None and view.closed_at is None:
        return [[(t("Answer"), callbacks.Answer(deal=view.id)), (t("Take"), callbacks.Take(deal=view.id))], [more]]
    if view.assignee_id != viewer.id and not viewer.may(Right.ANSWER_ANY):
        return []
    if view.closed_at is not None:
        return [[(t("Reopen"), callbacks.Reopen(deal=view.id)), more]]
    return [
        [
            (t("Answer"), callbacks.Answer(deal=view.id)),
            (t("Stage"), callbacks.Stages(deal=view.id)),
            (t("Task"), task_callbacks.NewTask(deal=view.id)),
        ],
        [
            (t("Amount"), callbacks.Amount(deal=view.id)),
            (t("Hand over"), callbacks.HandOver(deal=view.id)),
            more,
        ],
    ]


def more_buttons(t: Texts, view: DealView) -> Buttons:
    """Everything else that can be done with a deal."""
    n = view.id
    rows: Buttons = [
        [(t("Tags"), callbacks.Tags(deal=n)), (t("Note"), callbacks.Note(deal=n))],
        [(t("Tasks"), task_callbacks.DealTasks(deal=n)), (t("History"), callbacks.History(deal=n, card=True))],
        [(t("Customer"), callbacks.Profile(deal=n)), (t("One more deal"), callbacks.OneMore(deal=n))],
    ]
    take_back = [(t("Take back"), callbacks.TakeBackList(deal=n))]
    rows.append(take_back if view.closed_at is not None else [*take_back, (t("Close as …"), callbacks.Ending(deal=n))])
    return [*rows, [(t("Back"), callbacks.Card(deal=n))]]


def stage_buttons(t: Texts, view: DealView, stages: list[Stage]) -> Buttons:
    """The stages a deal can be moved to, the next one first."""
    active = [one for one in stages if one.group == ACTIVE]
    here = next((index for index, one in enumerate(active) if one.id == view.stage_id), -1)
    ordered = active[here + 1 :] + active[: max(here, 0)]
    rows: Buttons = [[(one.name, callbacks.Move(deal=view.id, stage=one.id))] for one in ordered]
    return [*rows, *_endings(view, stages), [(t("Back"), callbacks.Card(deal=view.id))]]


def ending_buttons(t: Texts, view: DealView, stages: list[Stage]) -> Buttons:
    """How a deal can end."""
    return [*([one] for row in _endings(view, stages) for one in row), [(t("Back"), callbacks.Card(deal=view.id))]]


def _endings(view: DealView, stages: list[Stage]) -> Buttons:
    names = {one.group: one.name for one in reversed(stages)}
    known = [group for group in (WON, LOST, NOT_A_LEAD) if group in names]
    return [[(names[group], callbacks.Close(deal=view.id, group=group)) for group in known]]


def reason_buttons(t: Texts, view: DealView, reasons: list[LostReason]) -> Buttons:
    """Why a deal can be lost."""
    rows: Buttons = [[(one.name, callbacks.Lost(deal=view.id, reason=one.id))] for one in reasons]
    return [*rows, [(t("Back"), callbacks.Ending(deal=view.id))]]
