"""Albums pass both ways as albums, in order and with their captions; what is not one never becomes one."""

import asyncio

import pytest

from tests.botapi.client import ChatMessage, Part, User
from tests.running.shop import Shop, number_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

CARDS = "SELECT count(*) FROM deal JOIN contact ON contact.id = deal.contact_id WHERE contact.name = :name"
LATER = [Part(kind="photo", caption="one"), Part(kind="video"), Part(kind="photo", caption="three")]


async def albums(person: User, *, after: int = 0) -> dict[str | None, list[ChatMessage]]:
    """What the bot sent him above a message, by album."""
    found: dict[str | None, list[ChatMessage]] = {}
    for one in await person.chat():
        if one.from_bot and one.id > after:
            found.setdefault(one.album, []).append(one)
    return found


async def files(person: User, ids: list[int]) -> list[str | None]:
    return [one.file_id for one in await person.chat() if one.id in ids]


async def test_a_new_customers_album_of_ten_is_one_deal_one_card_and_one_album(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    (anna,) = await shop.customers("Anna")
    parts = [Part(kind="photo", caption=f"no. {place}") for place in range(10)]
    sent = await anna.sends_album(parts)
    await boris.sees("no. 9")
    await shop.settled()
    assert await shop.rows.value(CARDS, name=anna.first_name) == 1
    card = await shop.card(anna, boris)
    (alone, album) = (await albums(boris, after=card.id - 1)).values()
    assert [one.id for one in alone] == [card.id]
    header = f"{anna.first_name} · #{number_in(card.text)}"
    assert [one.text for one in album] == [f"{header}\nno. 0", *(f"no. {place}" for place in range(1, 10))]
    assert [one.file_id for one in album] == await files(anna, sent)
    assert {one.reply_to for one in album} == {card.id}


async def test_an_album_of_an_operator_is_one_album_and_each_part_gets_its_mark(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    sent = await boris.sends_album(LATER, reply_to=card.id)
    await anna.sees("three")
    (album,) = [group for key, group in (await albums(anna)).items() if key]
    assert [(one.kind, one.text) for one in album] == [("photo", "one"), ("video", ""), ("photo", "three")]
    assert [one.file_id for one in album] == await files(boris, sent)
    for part in sent:
        await boris.sees_reaction(part, "👌")
    await shop.settled()
    names = await shop.rows.all(
        "SELECT message.external_id FROM message JOIN conversation ON conversation.id = message.conversation_id"
        " WHERE direction = 'out' AND conversation.chat_key = :chat ORDER BY message.id",
        chat=str(anna.id),
    )
    assert names == [(str(one.id),) for one in album]


async def test_a_reply_to_any_part_of_a_relayed_album_quotes_that_part(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    sent = await anna.sends_album(LATER)
    last = await shop.posted(boris, "three", after=card.id)
    await boris.sends("This one", reply_to=last.id)
    assert (await anna.sees("This one")).reply_to == sent[-1]


async def test_documents_and_photos_do_not_become_one_album(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    kinds = ("document", "document", "photo", "audio", "audio", "voice")
    await anna.sends_album([Part(kind=kind, file_name=f"{kind}.bin") for kind in kinds])
    await boris.sees(kind="voice", after=card.id)
    await shop.settled()
    got = [one for one in await boris.chat() if one.from_bot and one.id > card.id]
    assert [one.kind for one in got] == list(kinds)
    assert [len(group) for key, group in (await albums(boris, after=card.id)).items() if key] == [2, 2]


async def test_an_album_to_nobody_waits_for_one_choice_and_goes_as_one(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    sent = await boris.sends_album(LATER)
    asked = await boris.sees("To whom?", after=card.id)
    await shop.settled()
    questions = [one for one in await boris.chat() if "To whom?" in one.text]
    assert len(questions) == 1
    await boris.presses(asked.id, f"{anna.first_name} · #{number_in(card.text)}")
    await anna.sees("three")
    assert [len(group) for key, group in (await albums(anna)).items() if key] == [3]
    for part in sent:
        await boris.sees_reaction(part, "👌")


async def test_an_album_that_is_refused_is_said_once_and_goes_again_whole(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await shop.api.fault("400", method="sendMediaGroup", chat_id=anna.id)
    sent = await boris.sends_album(LATER, reply_to=card.id)
    failed = await boris.sees("Not sent:", button="Retry")
    await shop.settled()
    assert len([one for one in await boris.chat() if "Not sent:" in one.text]) == 1
    await boris.presses(failed.id, "Retry")
    await anna.sees("three")
    assert [len(group) for key, group in (await albums(anna)).items() if key] == [3]
    for part in sent:
        await boris.sees_reaction(part, "👌")


async def test_a_broken_part_of_an_album_costs_none_of_the_others(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    wrong = "Bad Request: wrong file identifier/HTTP URL specified"
    await shop.api.fault("400", method="sendMediaGroup", chat_id=boris.id, description=wrong)
    await shop.api.fault("400", method="sendVideo", chat_id=boris.id, description=wrong)
    await anna.sends_album(LATER)
    missing = await boris.sees("the file is not available", after=card.id)
    assert missing.text == f"{anna.first_name} · #{number_in(card.text)}\n🎬 Video: the file is not available."
    await shop.settled()
    shown = [one.kind for one in await boris.chat() if one.from_bot and one.id > card.id]
    assert sorted(shown) == ["photo", "photo", "text"]


async def test_two_albums_at_once_stay_apart(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    bela, _ = await shop.handed("Bela", boris)
    await asyncio.gather(anna.sends_album(LATER), bela.sends_album(LATER[:2]))
    await boris.sees("three", after=card.id)
    await shop.settled()
    sizes = [len(group) for key, group in (await albums(boris, after=card.id)).items() if key]
    assert sorted(sizes) == [2, 3]
