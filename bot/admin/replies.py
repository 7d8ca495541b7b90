"""How auto-replies look: the four cases, and one reply as a customer reads it; nothing is changed here."""

from collections.abc import Sequence
from typing import Any

from aiogram.utils.formatting import BlockQuote, Bold, Text

from bot.admin import callbacks
from bot.admin.hours import told_week
from bot.admin.marks import mark, state
from bot.admin.media import line_of
from bot.texts import Buttons, content, cut
from core.texts import N_, Texts
from core.words import shortened
from triggers.hours import Hours
from triggers.presets import CLOSED, GREETING, KEYWORD, UNANSWERED, medium_of, text_of, words_of
from triggers.templates import example
from triggers.trigger import Trigger

CASES = {
    GREETING: N_("Greeting"),
    CLOSED: N_("Outside working hours"),
    KEYWORD: N_("Answer to keywords"),
    UNANSWERED: N_("No operator answers"),
}
# Of these there can be several.
SEVERAL = {KEYWORD: N_("Other keywords"), UNANSWERED: N_("Another time")}
IN_LIST, IN_BUTTON, IN_CASE, IN_CARD = 80, 40, 1200, 3000
# A message takes no more buttons; the others are in the list of triggers.
MOST = 40


def cases(t: Texts, found: Sequence[Trigger], now: Hours, *, invites: bool) -> dict[str, Any]:
    """The four cases with what is set for each. `invites` says that a greeting may be typed right away."""
    parts: list[Any] = [Bold(t("Automatic replies to customers"))]
    rows: Buttons = []
    for preset in CASES:
        those = [one for one in found if one.preset == preset]
        lines = [f"{mark(one)} {_said(t, one, now)}" for one in those]
        lines = lines or ["▫️ " + t("{case}: not set", case=t(CASES[preset]))]
        parts += ["\n", cut("\n".join(lines), IN_CASE)]
        labels = [f"{mark(one)} {shortened(_named(t, one, now), IN_BUTTON)}" for one in those]
        rows += [[(label, callbacks.Reply(id=one.id))] for label, one in list(zip(labels, those, strict=True))[:MOST]]
        label = SEVERAL.get(preset) if those else CASES[preset]
        if label is not None:
            rows.append([(f"＋ {t(label)}", callbacks.NewReply(preset=preset))])
    if invites:
        parts += ["\n\n", t("Type the greeting now, or choose what to set up:")]
    return content(Text(*parts), rows)


def _said(t: Texts, one: Trigger, now: Hours) -> str:
    return t("{case}: “{text}”", case=_named(t, one, now), text=shortened(text_of(one), IN_LIST))


def _named(t: Texts, one: Trigger, now: Hours) -> str:
    """What an auto-reply answers."""
    match one.preset:
        case "keyword":
            return shortened(t("Keywords {words}", words=", ".join(words_of(one))), IN_LIST)
        case "unanswered":
            return t("No operator answers for {time}", time=t.during(one.wait))
        case "closed":
            return t("Outside working hours ({hours})", hours=told_week(t, now.week))
        case _:
            return t(CASES[GREETING])


def reply_card(t: Texts, one: Trigger, now: Hours, operator: str) -> dict[str, Any]:
    """An auto-reply as a customer reads it, with what can be done with it."""
    shown = line_of(t, medium_of(one)) + cut(example(t, text_of(one), operator), IN_CARD) or "…"
    words = Text(Bold(_named(t, one, now)), "\n", state(t, one), "\n", BlockQuote(shown))
    switched = (t("Switch off"), callbacks.ReplySwitch(id=one.id, on=False))
    if not one.works:
        switched = (t("Switch on"), callbacks.ReplySwitch(id=one.id, on=True))
    rows: Buttons = [
        [(t("Change the text"), callbacks.ReplyText(id=one.id))],
        [switched, (t("Delete"), callbacks.ReplyDelete(id=one.id, sure=False))],
        [(t("Back"), callbacks.Replies())],
    ]
    return content(words, rows)
