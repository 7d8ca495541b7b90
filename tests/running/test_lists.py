"""Lists, search and figures in the chat: one message each, turned over in place, also after a restart."""

import pytest

from tests.botapi.client import ChatMessage, User
from tests.running.shop import Shop, number_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


def labels(message: ChatMessage) -> list[str]:
    return [button.text for row in message.buttons for button in row]


async def at_work(shop: Shop) -> User:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    return boris


async def turned(
    person: User, message: ChatMessage, button: str, sees: str = "", *, has: str | None = None
) -> ChatMessage:
    """Press a button; what the same message becomes."""
    await person.presses(message.id, button)
    seen = await person.sees(sees, after=message.id - 1, button=has)
    assert seen.id == message.id
    return seen


async def test_a_list_is_narrowed_by_buttons_in_the_same_message(shop: Shop) -> None:
    boris = await at_work(shop)
    anna, card = await shop.handed("Anna", boris)
    bela, other = await shop.handed("Bela", boris)
    tag = f"vip{anna.id}"
    for line in (f"{number_in(card.text)} tag {tag}", f'{number_in(other.text)} stage "Offer sent"'):
        asked = await boris.sends(f"/deal {line}")
        await boris.sees("#", after=asked)
    asked = await boris.sends("/deals")
    mine = await boris.sees("Open deals · mine · 2", after=asked)
    choice = await turned(boris, mine, "Filter", "Show only", has="Tag …")
    choice = await turned(boris, choice, "Tag …", has=tag)
    only = await turned(boris, choice, tag, f"Open deals · mine · {tag} · 1")
    assert [anna.first_name in only.buttons[0][0].text, len(only.buttons)] == [True, 3]
    await shop.program.stop()
    await shop.program.start()
    choice = await turned(boris, only, "Filter", f"Show only · {tag}", has="Stage …")
    choice = await turned(boris, choice, "Stage …", has="Offer sent")
    none = await turned(boris, choice, "Offer sent", "Nothing is like that here.")
    choice = await turned(boris, none, "Filter", f"Show only · Offer sent · {tag}", has="Clear")
    everything = await turned(boris, choice, "Clear", "Open deals · mine · 2")
    assert bela.first_name in "".join(labels(everything))


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("waiting", "Open deals · waiting"),
        ('all stage "Offer sent"', "Open deals · all · Offer sent · 1"),
        ("stage offer sent green", "Open deals · mine · Offer sent · 🟢 green · 1"),
        ("green", "Open deals · mine · 🟢 green · 1"),
        ("red", "Open deals · mine · 🔴 red"),
        ("closed", "Closed deals"),
        ("stage won", "Closed deals · Won"),
    ],
)
async def test_a_list_is_asked_for_in_one_line(shop: Shop, line: str, heading: str) -> None:
    boris = await at_work(shop)
    _, card = await shop.handed("Anna", boris)
    number = number_in(card.text)
    asked = await boris.sends(f'/deal {number} stage "Offer sent"')
    await boris.sees("Offer sent", after=asked)
    made = await boris.sends(f"/deal {number} task in 2 hours call")
    await boris.sees("Call · ", after=made, button="Later")
    asked = await boris.sends(f"/deals {line}")
    assert (await boris.sees(heading, after=asked)).text.splitlines()[0] == heading


@pytest.mark.parametrize(("button", "question"), [("Later", "When? Tap a time"), ("Give", "Whose task is it?")])
async def test_the_way_back_from_a_question_about_a_task_is_the_task_where_it_stands(
    shop: Shop, button: str, question: str
) -> None:
    boris = await at_work(shop)
    _, card = await shop.handed("Anna", boris)
    made = await boris.sends(f"/deal {number_in(card.text)} task in 2 hours call")
    shown = await boris.sees("Call · ", after=made, button=button)
    await boris.presses(shown.id, button)
    await boris.sees(question, after=made, button="Back")
    await boris.presses(shown.id, "Back")
    assert (await boris.sees("Call · ", after=made, button=button)).id == shown.id
    typed = await boris.sends("tomorrow 10")
    await boris.sees("To whom?", after=typed, button="To nobody")


@pytest.mark.parametrize("line", ["sideways", "stage", "tag", 'stage "Offer', "mine waiting please"])
async def test_a_list_that_cannot_be_read_is_answered_with_an_example(shop: Shop, line: str) -> None:
    boris = await shop.operator("Boris")
    asked = await boris.sends(f"/deals {line}")
    assert '/deals all stage "Offer sent"' in (await boris.sees("could not be understood.", after=asked)).text


async def test_what_was_said_is_found_and_turned_over_in_place_after_a_restart(shop: Shop) -> None:
    boris = await at_work(shop)
    customers = await shop.customers(*(f"Anna{number}" for number in range(9)))
    for one in customers:
        await one.sends(f"Скільки коштує ЇЖАК-{boris.id}?")
        await shop.card(one, boris)
    asked = await boris.sends(f"/find їжак{boris.id}")
    first = await boris.sees(f"🔎 їжак{boris.id}", after=asked)
    assert f"ЇЖАК-{boris.id}" in first.buttons[0][0].text
    assert labels(first)[-2:] == ["More", "Search again"]
    await shop.program.stop()
    await shop.program.start()
    second = await turned(boris, first, "More", has="Back")
    assert customers[0].first_name in second.buttons[0][0].text
    again = await turned(boris, second, "Back", has="More")
    assert labels(again) == labels(first)
    await boris.presses(again.id, customers[8].first_name)
    await shop.card(customers[8], boris, after=again.id, button="Stage")


async def test_a_search_asks_for_its_words(shop: Shop) -> None:
    boris = await at_work(shop)
    anna, _ = await shop.handed("Anna", boris, "About the blue vase")
    asked = await boris.sends("/deals")
    mine = await boris.sees("Open deals · mine", after=asked)
    await boris.presses(mine.id, "Search")
    await boris.sees("What is searched?", after=asked)
    typed = await boris.sends("%%%")
    await boris.sees("There is nothing to search for in that.", after=typed)
    typed = await boris.sends("BLUE vas")
    assert anna.first_name in labels(await boris.sees("🔎 BLUE vas", after=typed))[0]
    await shop.settled()
    assert not [message for message in await anna.chat() if message.from_bot]


async def test_whom_a_text_is_for_is_searched_while_the_text_is_kept(shop: Shop) -> None:
    boris = await at_work(shop)
    anna, _ = await shop.handed("Anna", boris, "About the blue vase")
    await boris.sends("It is in stock")
    question = await boris.sees("To whom?", button="Search")
    await boris.presses(question.id, "Search")
    await boris.sees("What is searched?", after=question.id)
    typed = await boris.sends(anna.first_name)
    found = await boris.sees(f"🔎 {anna.first_name}", after=typed, button="To nobody")
    sent = await turned(boris, found, anna.first_name, "Sent to ")
    assert anna.first_name in sent.text
    await anna.sees("It is in stock")
    assert [message.text for message in await anna.chat() if message.from_bot] == ["It is in stock"]


async def test_nobody_finds_what_a_colleague_was_told(shop: Shop) -> None:
    boris = await at_work(shop)
    anna, card = await shop.handed("Anna", boris, "My address is Lipowa 7")
    clara = await shop.operator("Clara")
    for words in ("Lipowa", anna.first_name, f"#{number_in(card.text)}"):
        asked = await clara.sends(f"/find {words}")
        assert labels(await clara.sees("Nothing was found", after=asked)) == ["Search again"]


async def test_figures_are_turned_over_in_place_and_the_teams_are_for_supervisors(shop: Shop) -> None:
    boris = await at_work(shop)
    _, card = await shop.handed("Anna", boris)
    number = number_in(card.text)
    for line in ("amount 1500 EUR", "close won"):
        asked = await boris.sends(f"/deal {number} {line}")
        await boris.sees("#", after=asked)
    asked = await boris.sends("/stats")
    mine = await boris.sees("My figures · 30 days", after=asked)
    assert "Open deals: 0\nNobody waits\nToday: won 1 (€1,500), lost 0, not a lead 0" in mine.text
    assert labels(mine) == ["Today", "7 days"]
    await shop.program.stop()
    await shop.program.start()
    await turned(boris, mine, "Today", "My figures · today")
    refused = await boris.presses_data(mine.id, "stats:30:1:0")
    assert refused.text == "Your role does not allow this. Ask an admin if you need it."
    asked = await shop.admin.sends("/stats")
    own = await shop.admin.sees("My figures", after=asked)
    team = await turned(shop.admin, own, "The team", "The team · 30 days", has="Mine")
    assert "The queue is empty." in team.text
    assert f"🟢 {boris.first_name}\nOpen deals: 0 · nobody waits\nwon 1 (€1,500), lost 0, not a lead 0" in team.text


async def test_help_goes_by_topic_in_one_message_and_by_role(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    asked = await boris.sends("/help")
    overview = await boris.sees("How it works:", after=asked)
    of_all = ["Answering", "Deals", "Tasks", "Lists and search", "Notices"]
    assert labels(overview) == of_all
    await shop.program.stop()
    await shop.program.start()
    for topic in of_all:
        await turned(boris, overview, topic, topic, has="Back")
        await turned(boris, overview, "Back", "How it works:", has=topic)
    refused = await boris.presses_data(overview.id, "help:triggers")
    assert refused.text == "Your role does not allow this. Ask an admin if you need it."
    asked = await shop.admin.sends("/help")
    of_admins = ["People", "Automatic replies", "Triggers", "Settings"]
    assert labels(await shop.admin.sees("How it works:", after=asked)) == [*of_all, *of_admins]
