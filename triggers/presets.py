"""Auto-replies and what an installation begins with: ordinary triggers, made from a few words."""

from dataclasses import dataclass, replace
from datetime import timedelta

from core.choices import choose_once
from core.database import UnitOfWork
from core.journal import SYSTEM
from core.schedule import Week
from pipeline.staff.rights import Right, Staff, needs
from triggers.actions.hand_out import HandOut
from triggers.actions.send import Medium, Send
from triggers.conditions.not_again import NotAgain
from triggers.conditions.silent_before import WasSilent
from triggers.conditions.text_contains import TextContains
from triggers.conditions.working_hours import InWorkingHours
from triggers.editing import Draft, add, add_by_itself, change, draft_of, see
from triggers.hours import set_hours
from triggers.occasions.deal_opened import OnDealOpened
from triggers.occasions.message_received import OnMessageReceived
from triggers.occasions.no_reply import OnNoReply
from triggers.parts import Condition, Occasion
from triggers.trigger import Trigger, everything

GREETING, CLOSED, KEYWORD, UNANSWERED, HAND_OUT = "greeting", "closed", "keyword", "unanswered", "hand_out"
AUTOREPLIES = (GREETING, CLOSED, KEYWORD, UNANSWERED)
DAY = int(timedelta(days=1).total_seconds())
NIGHT = int(timedelta(hours=12).total_seconds())
A_WHILE = int(timedelta(minutes=10).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoReply:
    """An auto-reply: `words` for keywords, `after` for no answer of an operator, `hours` to be chosen along with it."""

    preset: str
    text: str
    medium: Medium | None = None
    words: tuple[str, ...] = ()
    after: timedelta | None = None
    hours: Week | None = None

    def draft(self) -> Draft:
        """The trigger that it is."""
        made = Draft(
            occasion=self._occasion(),
            conditions=self._conditions(),
            actions=(Send(text=self.text, medium=self.medium),),
        )
        return replace(made, preset=self.preset)

    def _occasion(self) -> Occasion:
        match self.preset:
            case "greeting":
                return OnDealOpened()
            case "unanswered":
                return OnNoReply(seconds=int((self.after or timedelta(minutes=5)).total_seconds()))
            case _:
                return OnMessageReceived()

    def _conditions(self) -> tuple[Condition, ...]:
        match self.preset:
            case "greeting":
                return (WasSilent(seconds=DAY),)
            case "closed":
                return (InWorkingHours(when="closed"), NotAgain(seconds=NIGHT))
            case "keyword":
                return (TextContains(words=self.words), NotAgain(seconds=A_WHILE))
            case _:
                return (InWorkingHours(when="open"),)


@needs(Right.CONFIGURE)
async def set_autoreply(uow: UnitOfWork, by: Staff, reply: AutoReply) -> int:
    """Make an auto-reply, in the place of the one for the same case if there is one; its trigger's id.

    There is one greeting and one text outside working hours, but a keyword reply for each set of words and another text
    for each length of waiting. Raises what `editing.add` raises.
    """
    draft = reply.draft()
    if reply.hours is not None:
        await set_hours(uow, by, reply.hours)
    for one in await everything(uow):
        if one.preset == reply.preset and _same_case(one, draft):
            await change(uow, by, one.id, draft)
            return one.id
    return await add(uow, by, draft)


@needs(Right.CONFIGURE)
async def change_text(
    uow: UnitOfWork,
    by: Staff,
    trigger_id: int,
    text: str,
    *,
    medium: Medium | None = None,
    seen_version: int | None = None,
) -> None:
    """Let an auto-reply say something else; all else of it stays. Raises what `editing.change` raises."""
    draft = draft_of(await see(uow, by, trigger_id))
    others = tuple(part for part in draft.actions if not isinstance(part, Send))
    changed = replace(draft, actions=(Send(text=text, medium=medium), *others))
    await change(uow, by, trigger_id, changed, seen_version=seen_version)


def text_of(one: Trigger) -> str:
    """What an auto-reply says."""
    return next((part.text for part in one.actions if isinstance(part, Send)), "")


def medium_of(one: Trigger) -> Medium | None:
    """The file that an auto-reply sends."""
    return next((part.medium for part in one.actions if isinstance(part, Send)), None)


def words_of(one: Trigger | Draft) -> tuple[str, ...]:
    """The words that a keyword reply answers."""
    return next((part.words for part in one.conditions if isinstance(part, TextContains)), ())


def _same_case(one: Trigger, draft: Draft) -> bool:
    if draft.preset == KEYWORD:
        return _folded(one) == _folded(draft)
    return draft.preset != UNANSWERED or one.occasion == draft.occasion


def _folded(one: Trigger | Draft) -> set[str]:
    return {word.casefold() for word in words_of(one)}


async def prepare_triggers(uow: UnitOfWork) -> None:
    """What a new installation begins with: every deal is handed out as it opens. An admin who deletes it is heeded."""
    if await choose_once(uow, "prepared_triggers", True):
        draft = Draft(occasion=OnDealOpened(), actions=(HandOut(),), preset=HAND_OUT)
        await add_by_itself(uow, draft, actor=SYSTEM)
