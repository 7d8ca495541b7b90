"""What every channel promises: reading until acknowledged, every kind both ways, and failures by their right names."""

import importlib
import pkgutil

import pytest

from inbox import channels
from inbox.channel import Incoming, Reachability, Refused, Retry, Sending, Unanswered, Written
from tests.contract.conftest import RIGS
from tests.contract.rig import Rig

KINDS = ("text", "photo", "voice", "document", "sticker", "location", "video")


async def read(rig: Rig, offset: int | None = None) -> tuple[list[Incoming], int | None]:
    batch = await rig.channel.read(offset)
    return list(batch.updates), batch.offset


async def written(rig: Rig) -> Written:
    updates, offset = await read(rig)
    content = updates[-1].content
    assert isinstance(content, Written)
    await read(rig, offset)
    return content


def test_every_channel_has_a_rig() -> None:
    found = [module.name for module in pkgutil.iter_modules(channels.__path__)]
    assert sorted(found) == sorted(RIGS)
    for name in found:
        importlib.import_module(f"inbox.channels.{name}")


async def test_what_was_not_acknowledged_is_read_again(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    await anna.writes("text", "Hello")
    first, _ = await read(rig)
    again, offset = await read(rig)
    assert [one.external_id for one in first] == [one.external_id for one in again]
    assert (await read(rig, offset))[0] == []


async def test_what_is_offered_again_keeps_its_number(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    await anna.writes("text", "Hello")
    first, offset = await read(rig)
    await read(rig, offset)
    await rig.offers_again()
    again, _ = await read(rig)
    assert first[-1].external_id in [one.external_id for one in again]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_customers_message_arrives_as_itself(rig: Rig, kind: str) -> None:
    anna = await rig.customer("Anna")
    name = await anna.writes(kind, "Look")
    one = await written(rig)
    assert (one.kind, one.external_id, len(one.files)) == (kind, name, 0 if kind in ("text", "location") else 1)
    if kind in ("text", "photo", "document"):
        assert one.body["text"] == "Look"


async def test_an_answer_names_what_it_answers(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    first = await anna.writes("text", "Hello")
    await anna.writes("text", "I mean this", reply_to=first)
    assert (await written(rig)).reply_to == first


@pytest.mark.parametrize("kind", KINDS)
async def test_our_message_arrives_as_itself(rig: Rig, kind: str) -> None:
    anna = await rig.customer("Anna")
    reference = None
    if kind not in ("text", "location"):
        await anna.writes(kind)
        reference = (await written(rig)).files[0].external_ref
    (name,) = await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample(kind, reference)))
    seen = (await anna.sees())[-1]
    assert (seen.kind, seen.external_id) == (kind, name)
    if kind == "text":
        assert seen.bold == ("Good",)


async def test_our_answer_shows_what_it_answers(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    question = await anna.writes("text", "How much?")
    await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None), reply_to=question))
    assert (await anna.sees())[-1].replies_to == question


async def test_what_we_said_can_be_edited_twice_alike_and_deleted(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    (name,) = await rig.channel.deliver(Sending(anna.chat_key, "send", {"kind": "text", "text": "One"}))
    for _ in range(2):
        await rig.channel.deliver(Sending(anna.chat_key, "edit", {"kind": "text", "text": "Two"}, target=name))
    assert [one.text for one in await anna.sees()] == ["Two"]
    await rig.channel.deliver(Sending(anna.chat_key, "delete", {}, target=name))
    assert await anna.sees() == []


async def test_a_limit_says_when_to_come_back(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    await rig.breaks("limited", after=7)
    with pytest.raises(Retry) as limited:
        await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None)))
    assert limited.value.after == 7
    assert await anna.sees() == []


async def test_a_refusal_is_final(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    await rig.breaks("refused")
    with pytest.raises(Refused):
        await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None)))


@pytest.mark.parametrize("how", ["lost", "down"])
async def test_a_missing_answer_is_not_taken_for_a_failure(rig: Rig, how: str) -> None:
    anna = await rig.customer("Anna")
    await rig.breaks(how)
    with pytest.raises(Unanswered):
        await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None)))
    assert len(await anna.sees()) == (1 if how == "lost" else 0)


async def test_a_messenger_that_cannot_be_reached_has_taken_nothing(rig: Rig) -> None:
    away = rig.away()
    try:
        with pytest.raises(Retry) as unreachable:
            await away.deliver(Sending("501", "send", rig.sample("text", None)))
        assert unreachable.value.everywhere
    finally:
        await away.close()


async def test_somebody_who_blocked_us_is_told_apart(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    await anna.blocks()
    with pytest.raises(Refused) as blocked:
        await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None)))
    assert blocked.value.reason == "blocked"
    updates, _ = await read(rig)
    assert updates[-1].content == Reachability(reachable=False)
