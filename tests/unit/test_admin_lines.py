"""The one-line forms of auto-replies and triggers, in every language, and what is said of those that can't be read."""

from datetime import timedelta

import pytest

from bot.admin.half_trigger import HalfTrigger
from bot.admin.lines import REPLY_EXAMPLE, TRIGGER_EXAMPLE, TriggerLine, read_autoreply, read_trigger
from core.durations import TooLong
from core.errors import Unreadable
from core.texts import LANGUAGES, texts
from core.zones import read_zone
from triggers.conditions.text_contains import TooManyWords
from triggers.parts import Stop
from triggers.presets import AutoReply

MINUTES = timedelta(minutes=1)
TALKS = frozenset({Stop.CUSTOMER_WROTE, Stop.STAFF_WROTE})


@pytest.mark.parametrize(
    ("language", "line", "reply"),
    [
        ("en", "add greeting: Hello!", AutoReply(preset="greeting", text="Hello!")),
        ("en", "Add Closed: We are closed: see you", AutoReply(preset="closed", text="We are closed: see you")),
        (
            "en",
            "add keyword price,  How much ,: 10 €\n9 €",
            AutoReply(preset="keyword", text="10 €\n9 €", words=("price", "How much")),
        ),
        ("en", "add unanswered 5 min: Wait", AutoReply(preset="unanswered", text="Wait", after=5 * MINUTES)),
        ("ru", "добавить приветствие: Привет", AutoReply(preset="greeting", text="Привет")),
        ("ru", "add ожидание 5 минут: Сейчас", AutoReply(preset="unanswered", text="Сейчас", after=5 * MINUTES)),
        ("uk", "додати зачинено: Нас немає", AutoReply(preset="closed", text="Нас немає")),
        ("pl", "dodaj slowo cena: 10 zł", AutoReply(preset="keyword", text="10 zł", words=("cena",))),
    ],
)
def test_an_auto_reply_is_read_from_one_line(language: str, line: str, reply: AutoReply) -> None:
    assert read_autoreply(texts(language), line) == reply


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("greeting: Hello", "greeting"),
        ("add welcome: Hello", "welcome"),
        ("add greeting Hello", "Hello"),
        ("add greeting all: Hello", "all"),
        ("add keyword: Hello", "add keyword"),
        ("add keyword ,: Hello", ","),
        ("add unanswered 5 mn: Wait", "mn"),
        ("add unanswered at once: Wait", "at once"),
        ("add", "greeting"),
    ],
)
def test_what_is_not_understood_of_an_auto_reply_is_named(line: str, part: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_autoreply(texts("en"), line)
    assert unreadable.value.values["part"] == part


def test_what_is_too_much_is_refused() -> None:
    with pytest.raises(TooLong):
        read_autoreply(texts("en"), "add unanswered 400 days: Wait")
    with pytest.raises(TooManyWords):
        read_autoreply(texts("en"), f"add keyword {','.join(map(str, range(51)))}: Yes")


@pytest.mark.parametrize(
    ("language", "line", "read"),
    [
        ("en", "when stage New send: Hi", TriggerLine("New", 0 * MINUTES, frozenset(), "Hi")),
        (
            "en",
            'when stage "Offer sent" after 10 min unless answered, moved send: Any news: yes?',
            TriggerLine("Offer sent", 10 * MINUTES, frozenset(Stop), "Any news: yes?"),
        ),
        ("en", "when stage Offer sent unless answered send: Hi", TriggerLine("Offer sent", 0 * MINUTES, TALKS, "Hi")),
        ("en", 'when stage "After" after 1 h SEND : Hi', TriggerLine("After", 60 * MINUTES, frozenset(), "Hi")),
        (
            "ru",
            "когда этап «В разговоре» через 5 мин отмена ответ отправить: Ну?",
            TriggerLine("В разговоре", 5 * MINUTES, TALKS, "Ну?"),
        ),
        ("uk", "коли етап Нова через 5 хв надіслати: Ну?", TriggerLine("Нова", 5 * MINUTES, frozenset(), "Ну?")),
        (
            "pl",
            "gdy etap Nowa po 5 min anuluj przejście wyślij: I?",
            TriggerLine("Nowa", 5 * MINUTES, frozenset({Stop.LEFT_STAGE}), "I?"),
        ),
    ],
)
def test_a_follow_up_is_read_from_one_line(language: str, line: str, read: TriggerLine) -> None:
    assert read_trigger(texts(language), line) == read


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("when stage New", "when stage New"),
        ("when deal New send: Hi", "deal"),
        ("when stage after 5 min send: Hi", "stage"),
        ("when stage New after 5 mn send: Hi", "mn"),
        ("when stage New unless ignored send: Hi", "ignored"),
        ("whenever stage New send: Hi", "whenever"),
    ],
)
def test_what_is_not_understood_of_a_follow_up_is_named(line: str, part: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_trigger(texts("en"), line)
    assert unreadable.value.values["part"] == part


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_can_be_typed(language: str) -> None:
    t = texts(language)
    reply = read_autoreply(t, t(REPLY_EXAMPLE).partition(" ")[2])
    assert (reply.preset, len(reply.words)) == ("keyword", 2)
    follow_up = read_trigger(t, t(TRIGGER_EXAMPLE).partition(" ")[2].partition(" ")[2])
    assert (follow_up.delay, follow_up.stops_on) == (10 * MINUTES, frozenset(Stop))
    assert follow_up.stage == t("Offer sent")


@pytest.mark.parametrize("typed", ["Europe/Warsaw", "europe/warsaw", " Warsaw "])
def test_a_zone_is_known_by_its_city(typed: str) -> None:
    assert read_zone(typed) == "Europe/Warsaw"


@pytest.mark.parametrize("typed", ["", "Mars", "+02:00"])
def test_what_is_no_zone_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_zone(typed)


def test_a_form_that_is_half_filled_in_is_kept_as_it_is() -> None:
    half = HalfTrigger(turn=7).entering(3).delayed(10 * MINUTES)
    assert half.asking is not None
    assert HalfTrigger.of(half.kept()) == half
    whole = half.with_value("Any news?")
    assert whole.is_whole
    assert HalfTrigger.of(whole.kept()).draft().stops_on == frozenset(Stop)
