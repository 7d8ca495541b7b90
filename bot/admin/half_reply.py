"""A half-finished auto-reply: what it knows, what it asks next, how its steps look; who keeps it is not said here."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, Self

from aiogram.utils.formatting import BlockQuote, Bold, Text
from pydantic import BaseModel, ConfigDict

from bot.admin import callbacks
from bot.admin.hours import COMMON, told_week
from bot.admin.media import line_of
from bot.admin.replies import CASES, IN_CARD
from bot.texts import Buttons, content, cut
from core.errors import Unreadable
from core.schedule import Week, read_week
from core.texts import Texts
from triggers.actions.send import Medium
from triggers.conditions.text_contains import read_words
from triggers.hours import Hours
from triggers.presets import CLOSED, KEYWORD, UNANSWERED, AutoReply
from triggers.reading import whole_length
from triggers.templates import PLACES, checked, example

KIND = "autoreply"
LENGTHS = (60, 300, 900, 3600)
Step = Literal["hours", "words", "after", "text", "preview"]
FIRST: Mapping[str, Step] = {CLOSED: "hours", KEYWORD: "words", UNANSWERED: "after"}


class HalfReply(BaseModel):
    """An auto-reply that is being set up, or the new text of the one with `trigger_id`; `turn` numbers its screen."""

    model_config = ConfigDict(frozen=True)

    preset: str
    step: Step
    turn: int = 0
    trigger_id: int | None = None
    version: int | None = None
    words: tuple[str, ...] = ()
    after: int | None = None
    hours: list[list[list[int]]] | None = None
    text: str = ""
    medium: Medium | None = None

    @classmethod
    def begun(cls, preset: str, *, has_hours: bool) -> Self:
        """One for a case, at the first thing that must be asked."""
        first = FIRST.get(preset, "text")
        return cls(preset=preset, step="text" if first == "hours" and has_hours else first)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """What `kept` gave."""
        return cls.model_validate({name: value for name, value in kept.items() if name != "kind"})

    def kept(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return {"kind": KIND, **self.model_dump(mode="json")}

    def numbered(self, turn: int) -> Self:
        """Itself, with the number of its next screen."""
        return self.model_copy(update={"turn": turn})

    def gone(self, where: str) -> Self | None:
        """Itself at another step: "text", "hours" or "back"; None to leave it."""
        match where:
            case "text":
                return self._at("text")
            case "hours" if self.preset == CLOSED:
                return self._at("hours")
            case "back":
                return self._before()
            case _:
                return None

    def _at(self, step: Step) -> Self:
        return self.model_copy(update={"step": step})

    def _before(self) -> Self | None:
        if self.step == "preview":
            return self._at("text")
        first = FIRST.get(self.preset)
        if self.step != "text" or self.trigger_id is not None or first is None:
            return None
        return self._at(first)

    def answered(self, typed: str, medium: Medium | None = None) -> Self:
        """Itself with what was typed, or sent as a file, at the next step.

        Raises Unreadable and what texts and lengths refuse.
        """
        match self.step:
            case "hours":
                return self._with(hours=read_week(typed).stored())
            case "after":
                return self._with(after=int(whole_length(typed).total_seconds()))
            case "words":
                return self._worded(typed)
            case _:
                text = "" if medium and not typed.strip() else checked(typed.strip())
                return self.model_copy(update={"text": text, "medium": medium, "step": "preview"})

    def _worded(self, typed: str) -> Self:
        words, colon, text = typed.partition(":")
        read = read_words(words)
        if not read:
            raise Unreadable(part=typed.strip(), example="price, cost")
        worded = self._with(words=read)
        return worded.answered(text) if colon else worded

    def picked(self, value: str) -> Self:
        """The same by a button."""
        if self.step == "hours" and value in COMMON:
            return self._with(hours=COMMON[value].stored())
        if self.step == "after" and value.isdecimal() and int(value) in LENGTHS:
            return self._with(after=int(value))
        return self

    def _with(self, **known: Any) -> Self:
        return self.model_copy(update={**known, "step": "preview" if self.text or self.medium else "text"})

    @property
    def week(self) -> Week | None:
        """The working hours that are chosen along with it."""
        return None if self.hours is None else Week.from_stored(self.hours)

    def reply(self) -> AutoReply:
        """The auto-reply that it has become."""
        after = None if self.after is None else timedelta(seconds=self.after)
        return AutoReply(
            preset=self.preset, text=self.text, medium=self.medium, words=self.words, after=after, hours=self.week
        )

    def drawn(self, t: Texts, now: Hours, operator: str) -> dict[str, Any]:
        """The current step as a screen."""
        known = [Bold(t(CASES[self.preset])), *(f"\n{line}" for line in self._known(t, now))]
        if self.step == "preview":
            file = line_of(t, self.medium)
            shown = BlockQuote(file + cut(example(t, self.text, operator), IN_CARD))
            words = Text(*known, "\n", t("A customer will read this:"), "\n", shown)
        else:
            words = Text(*known, "\n\n", self._question(t))
        return content(words, [*self._choices(t), self._ways_out(t)])

    def _known(self, t: Texts, now: Hours) -> list[str]:
        lines = []
        if self.preset == CLOSED and self.step != "hours":
            lines.append(t("Working hours: {hours}", hours=told_week(t, self.week or now.week)))
        if self.words:
            lines.append(t("When a customer writes: {words}", words=cut(", ".join(self.words), 300)))
        if self.after is not None:
            lines.append(t("When nobody answers for {time}", time=t.during(timedelta(seconds=self.after))))
        return lines

    def _question(self, t: Texts) -> str:
        match self.step:
            case "hours":
                return t(
                    "When do you work? Choose, or type it: {example}", example="mon-fri 09:00-18:00, sat 10:00-14:00"
                )
            case "words":
                return t(
                    "Which words? Type them with commas; behind a colon also the answer: {example}",
                    example=t("price, cost: from 10 €"),
                )
            case "after":
                return t("After how long? Choose, or type it: {example}", example="10 min")
            case _:
                return t("Type what the customer will read. These are filled in: {places}", places=PLACES)

    def _choices(self, t: Texts) -> Buttons:
        match self.step:
            case "hours":
                picks = [(t.week(week), which) for which, week in COMMON.items()]
                return [[(label, callbacks.ReplyPick(turn=self.turn, value=which))] for label, which in picks]
            case "after":
                picks = [(t.duration(timedelta(seconds=one)), str(one)) for one in LENGTHS]
                return [[(label, callbacks.ReplyPick(turn=self.turn, value=value)) for label, value in picks]]
            case "preview":
                return [[(t("Save"), self._to("save")), (t("Change"), self._to("text"))]]
            case "text" if self.preset == CLOSED and self.trigger_id is None:
                return [[(t("Other hours"), self._to("hours"))]]
            case _:
                return []

    def _ways_out(self, t: Texts) -> list[tuple[str, callbacks.ReplyGo]]:
        return [(t("Back"), self._to("back")), (t("Cancel"), self._to("cancel"))]

    def _to(self, where: str) -> callbacks.ReplyGo:
        return callbacks.ReplyGo(turn=self.turn, to=where)
