"""A half-finished trigger: what it knows and what it asks next; how that looks, and who keeps it, is not said here."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict

from bot.admin.half_part import Asking, family_of
from core.errors import Unreadable
from triggers.actions.send import Medium, Send
from triggers.editing import Draft, draft_of
from triggers.occasions.stage_entered import OnStageEntered
from triggers.parts import (
    Action,
    Condition,
    Occasion,
    Part,
    Stop,
    actions,
    conditions,
    occasions,
    read_part,
)
from triggers.trigger import Trigger

KIND = "trigger"
Step = Literal["start", "events", "delay", "ask", "conditions", "actions", "preview"]
OPEN: Final[Mapping[str, Step]] = {
    "events": "events",
    "delay": "delay",
    "conditions": "conditions",
    "actions": "actions",
    "preview": "preview",
}


class HalfTrigger(BaseModel):
    """A trigger that is being made, or the one with `trigger_id` that is being changed; `turn` numbers its screen."""

    model_config = ConfigDict(frozen=True)

    step: Step = "start"
    turn: int = 0
    trigger_id: int | None = None
    version: int | None = None
    preset: str | None = None
    pipeline_id: int | None = None
    occasion: dict[str, Any] | None = None
    delay: int | None = None
    conditions: tuple[dict[str, Any], ...] = ()
    actions: tuple[dict[str, Any], ...] = ()
    stops_on: tuple[Stop, ...] = tuple(Stop)
    asking: Asking | None = None

    @classmethod
    def to_change(cls, one: Trigger) -> Self:
        """A trigger that there is. Raises OfAnotherVersion."""
        now = draft_of(one)
        return cls(
            step="preview",
            trigger_id=one.id,
            version=one.version,
            preset=now.preset,
            pipeline_id=now.pipeline_id,
            occasion=now.occasion.stored(),
            delay=int(now.delay.total_seconds()),
            conditions=tuple(part.stored() for part in now.conditions),
            actions=tuple(part.stored() for part in now.actions),
            stops_on=tuple(sorted(now.stops_on)),
        )

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """What `kept` gave."""
        return cls.model_validate({name: value for name, value in kept.items() if name != "kind"})

    def kept(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return {"kind": KIND, **self.model_dump(mode="json")}

    def _changed(self, **values: Any) -> Self:
        return self.model_copy(update=values)

    def numbered(self, turn: int, *, after: Self | None) -> Self:
        """Itself, with a number of its own if it asks something else than `after` did.

        What only marks one choice more keeps its number, so that somebody may tap faster than he sees.
        """
        return self if after is not None and self._asked_for() == after._asked_for() else self._changed(turn=turn)

    def _asked_for(self) -> tuple[Any, ...]:
        asking = (self.asking.family, self.asking.kind, self.asking.at) if self.asking else None
        return self.step, asking, self.conditions, self.actions

    @property
    def is_whole(self) -> bool:
        """Whether it could be saved."""
        return self.occasion is not None and self.delay is not None and bool(self.actions)

    def gone(self, where: str) -> Self | None:
        """Itself at another step, or one back; None to leave it."""
        if where == "back":
            return self._before()
        if where not in OPEN or (where == "preview" and not self.is_whole):
            return None
        return self._changed(step=OPEN[where], asking=None)

    def _before(self) -> Self | None:
        if self.step == "ask" and self.asking is not None:
            return self._before_question(self.asking)
        if self.step == "preview":
            return self._last_action_again()
        if self.step == "start":
            return None
        if self.is_whole:
            return self.gone("preview")
        return self._changed(step="delay" if self.step in ("actions", "conditions") else "start")

    def _before_question(self, asking: Asking) -> Self | None:
        if asking.at:
            return self._changed(asking=asking.moved(-1))
        if asking.family == "occasion":
            return self.gone("events")
        if asking.family == "condition":
            return self.gone("conditions")
        return self.gone("actions" if self.actions else "delay")

    def _last_action_again(self) -> Self | None:
        if self.trigger_id is not None or not self.actions:
            return None
        *others, last = self.actions
        again = self._changed(actions=tuple(others))
        return again.begun("action", last["kind"]) if read_action(last).parameters() else again.gone("actions")

    def entering(self, stage_id: int) -> Self:
        """Itself, set off by a deal that enters a stage."""
        return self._with_part("occasion", OnStageEntered(stages=(stage_id,)))

    def begun(self, family: str, kind: str) -> Self:
        """Itself, asking for a part. Raises Unreadable for one that there is not."""
        if family not in ("occasion", "condition", "action") or kind not in family_of(family):
            raise Unreadable(part=kind, example="/triggers")
        return self._asked(Asking.model_validate({"family": family, "kind": kind}))

    def with_value(self, value: Any) -> Self:
        """Itself with the answer to what is asked, at the next question."""
        return self if self.asking is None else self._asked(self.asking.with_value(value, ahead=1))

    def skipped(self) -> Self:
        """Itself, with nothing for what is asked."""
        return self if self.asking is None else self._asked(self.asking.moved(1))

    def toggled(self, value: Any) -> Self:
        """Itself, with one more or one less of what is asked."""
        if self.asking is None:
            return self
        chosen = self.asking.chosen()
        changed = [one for one in chosen if one != value] if value in chosen else [*chosen, value]
        return self._changed(asking=self.asking.with_value(changed, ahead=0))

    def _asked(self, asking: Asking) -> Self:
        if asking.parameter is not None:
            return self._changed(step="ask", asking=asking)
        part = read_part(family_of(asking.family), {"kind": asking.kind, **asking.values})
        return self._with_part(asking.family, part)

    def _with_part(self, family: str, part: Part) -> Self:
        stored = part.stored()
        match part:
            case Occasion():
                if part.wait and self.delay is None:
                    # What waits by itself need not wait once more, and knows what ends its waiting.
                    return self._changed(occasion=stored, delay=0, stops_on=())._next()
                return self._changed(occasion=stored)._next()
            case Condition():
                return self._changed(conditions=(*self.conditions, stored))._next()
            case _:
                return self._changed(actions=(*self.actions, stored))._next()

    def delayed(self, delay: timedelta) -> Self:
        """Itself with a delay."""
        return self._changed(delay=int(delay.total_seconds()))._next()

    def _next(self) -> Self:
        if self.occasion is None:
            return self._changed(step="start", asking=None)
        if self.delay is None:
            return self._changed(step="delay", asking=None)
        # Most triggers write to the customer; another action is one tap away.
        return self._changed(step="preview", asking=None) if self.actions else self.begun("action", Send.kind)

    def without(self, family: str, place: int) -> Self:
        """Itself without one of its conditions or actions."""
        name = "conditions" if family == "condition" else "actions"
        parts = getattr(self, name)
        return self._changed(**{name: parts[:place] + parts[place + 1 :]})

    def with_stop(self, stop: Stop) -> Self:
        """Itself, stopped by one more thing or by one less."""
        kept = [one for one in Stop if (one in self.stops_on) != (one == stop)]
        return self._changed(stops_on=tuple(kept))

    def with_medium(self, medium: Medium | None) -> Self:
        """Itself, with a file for the text that is asked for."""
        if self.asking is None or self.asking.part is not Send or medium is None:
            return self
        return self._changed(asking=self.asking.beside("medium", medium.model_dump(mode="json")))

    def with_text(self, text: str, medium: Medium | None) -> Self | None:
        """Itself, writing another text to the customer, under a file or alone; None if it writes none."""
        if not any(one["kind"] == Send.kind for one in self.actions):
            return None
        new = Send(text=text, medium=medium).stored()
        changed = [new if one["kind"] == Send.kind else one for one in self.actions]
        return self._changed(actions=tuple(changed))

    def draft(self) -> Draft:
        """What it has become, if it is whole."""
        delay = timedelta(seconds=self.delay or 0)
        occasion = read_part(occasions(), self.occasion or {})
        return Draft(
            occasion=occasion,
            conditions=tuple(read_part(conditions(), one) for one in self.conditions),
            actions=tuple(read_action(one) for one in self.actions),
            delay=delay,
            stops_on=frozenset(self.stops_on) if delay or occasion.wait else frozenset(),
            preset=self.preset,
            pipeline_id=self.pipeline_id,
        )


def read_action(stored: Mapping[str, Any]) -> Action:
    """An action as it is kept."""
    return read_part(actions(), stored)
