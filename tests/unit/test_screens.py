"""Screens that grow with the company stay within what Telegram takes: a hundred buttons, 4096 UTF-16 units."""

from datetime import timedelta
from typing import Any

import pytest

from bot.admin import callbacks
from bot.admin.half_reply import HalfReply
from bot.admin.people import list_of_people
from bot.admin.replies import cases, reply_card
from bot.operator.helping import TOPICS, Topic, topic_screen
from core.schedule import Night, Week
from core.texts import LANGUAGES, texts
from inbox.splitting import units
from pipeline.staff.people import Member
from pipeline.staff.rights import Role
from triggers.hours import Hours
from triggers.presets import CLOSED, AutoReply
from triggers.templates import LONGEST
from triggers.trigger import Trigger

MOST_BUTTONS = 100
MOST_LINES = 12
# Twenty little spans on every second day: no admin means it, but each may type it.
MANY_HOURS = Week(tuple(tuple((place * 60 + day, place * 60 + day + 30) for place in range(22)) for day in range(7)))


def buttons(screen: dict[str, Any]) -> list[tuple[str, str]]:
    return [one for row in screen["buttons"] for one in row]


def test_hundreds_of_people_come_in_pages() -> None:
    everybody = [Member(number, f"Person {number}", Role.OPERATOR, True, None, 0) for number in range(1, 251)]
    met, after, more = [], 0, True
    while more:
        shown = buttons(list_of_people(texts("en"), everybody, after=after))
        assert len(shown) <= MOST_BUTTONS
        met += [callbacks.Member.unpack(data).id for _, data in shown if data.startswith("member:")]
        more = any(label == "More" for label, _ in shown)
        after = met[-1]
    assert met == list(range(1, 251))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_hours_leave_room_for_the_longest_reply(language: str) -> None:
    t, now = texts(language), Hours(MANY_HOURS, Night((0, 60)), "UTC")
    draft = AutoReply(preset=CLOSED, text="x" * LONGEST).draft()
    one = Trigger(
        id=1,
        version=1,
        pipeline_id=None,
        preset=CLOSED,
        occasion=draft.occasion,
        conditions=draft.conditions,
        actions=draft.actions,
        delay=timedelta(),
        stops_on=frozenset(),
        on=True,
        paused_reason=None,
        deleted=False,
    )
    half = HalfReply(preset=CLOSED, step="preview", text="x" * LONGEST, hours=MANY_HOURS.stored())
    for screen in (cases(t, [one], now, invites=False), reply_card(t, one, now, "Eva"), half.drawn(t, now, "Eva")):
        assert units(screen["text"]) <= LONGEST


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)
def test_a_topic_of_the_help_is_read_without_scrolling(topic: Topic, language: str) -> None:
    assert len(topic_screen(texts(language), topic)["text"].splitlines()) <= MOST_LINES
