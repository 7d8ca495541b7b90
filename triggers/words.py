"""Triggers and what became of their runs, in words; the same for the bot, the board and the histories."""

from core.texts import N_, Texts
from triggers.editing import Draft
from triggers.parts import STOPS, Names
from triggers.trigger import Trigger

REASONS = {
    "customer_wrote": N_("the customer wrote"),
    "staff_wrote": N_("an operator wrote"),
    "left_stage": N_("the deal left the stage"),
    "answered": N_("an operator answered"),
    "condition": N_("a condition is not true any more"),
    "blocked": N_("the customer has blocked the bot"),
    "late": N_("it was more than a day late"),
    "quiet": N_("quiet hours"),
    "trigger_off": N_("the trigger was switched off"),
    "trigger_deleted": N_("the trigger was deleted"),
    "trigger_paused": N_("the trigger stood still"),
    "not_understood": N_("this version of the program does not know all its parts"),
    "stage_gone": N_("its stage does not exist any more"),
    "person_gone": N_("a person it names does not work here any more"),
    "channel_gone": N_("its channel does not exist any more"),
    "reason_gone": N_("its reason for losing does not exist any more"),
    "tag_gone": N_("its tag does not exist any more"),
    "task_kind_gone": N_("its kind of task does not exist any more"),
    "loop": N_("triggers were setting each other off in a circle"),
    "too_long": N_("the text is too long once it is filled in"),
    "closed": N_("the deal is closed"),
    "skipped": N_("somebody of the team skipped it"),
    "gone": N_("what it names does not exist any more"),
    "error": N_("something went wrong on our side, five times"),
    "unconfirmed": N_("the messenger did not confirm it"),
    "discarded": N_("it was discarded"),
    "gone_customer": N_("the customer's account no longer exists"),
    "refused": N_("the messenger refused it"),
    "gave_up": N_("the messenger could not be reached for a long time"),
}


def why(t: Texts, reason: str) -> str:
    """Why a run or a trigger did not go on."""
    return t(REASONS.get(reason, REASONS["refused"]))


def told(t: Texts, one: Trigger | Draft, names: Names) -> list[str]:
    """A trigger, or what is to become one, in lines: when, if, after, what, stopped by; each parameter in words."""
    lines = [t("When: {event}", event=one.occasion.told(t, names))]
    if one.conditions:
        lines.append(t("If: {conditions}", conditions="; ".join(part.told(t, names) for part in one.conditions)))
    lines.append(t("After: {time}", time=t.during(one.delay)) if one.delay else t("At once"))
    lines += [t("Then: {action}", action=part.told(t, names)) for part in one.actions]
    if one.stops_on:
        stops = ", ".join(t(words) for stop, words in STOPS.items() if stop in one.stops_on)
        lines.append(t("Unless first: {stops}", stops=stops))
    return lines


def in_short(t: Texts, one: Trigger, names: Names) -> str:
    """A trigger on one line, for lists."""
    if not one.actions:
        return one.occasion.told(t, names)
    actions = "; ".join(t(part.label) for part in one.actions)
    if not one.delay:
        return f"{one.occasion.told(t, names)} → {actions}"
    return f"{one.occasion.told(t, names)} → {t.duration(one.delay)} → {actions}"
