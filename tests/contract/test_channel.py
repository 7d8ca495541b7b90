"""What every channel promises: reading until acknowledged, every kind both ways, and failures by their right names."""

import importlib
import pkgutil
from pathlib import Path

import pytest

from inbox import channels
from inbox.channel import (
    Edited,
    Incoming,
    Reachability,
    Reacted,
    Reason,
    Refused,
    Retry,
    Sending,
    Unanswered,
    Written,
)
from inbox.contents import contents_of, words
from tests.contract.conftest import RIGS
from tests.contract.rig import Customer, Rig

FILES = ("photo", "animation", "video", "video_note", "voice", "audio", "document", "sticker")
WITHOUT_A_FILE = ("location", "venue", "contact", "poll", "dice")
KINDS = ("text", *FILES, *WITHOUT_A_FILE)
DETAILS = {
    "venue": ("Shop", "Main street 1"),
    "contact": ("+48600700800", "Jan", "Nowak"),
    "poll": ("Red or blue?", "red", "blue"),
}


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


@pytest.mark.kinds(KINDS, KINDS)
async def test_a_customers_message_arrives_as_itself(rig: Rig, kind: str) -> None:
    anna = await rig.customer("Anna")
    name = await anna.writes(kind, "Look")
    one = await written(rig)
    assert (one.kind, one.external_id, len(one.files)) == (kind, name, 1 if kind in FILES else 0)
    if kind in ("text", "photo", "document"):
        assert one.body["text"] == "Look"
    if kind in WITHOUT_A_FILE:
        assert {"kind": kind} | one.body == rig.sample(kind, None)


@pytest.mark.needs("unknown")
async def test_what_is_unknown_is_a_message_all_the_same(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    name = await anna.writes_unknown()
    one = await written(rig)
    assert (one.kind, one.external_id, one.body) == ("unsupported", name, {})


@pytest.mark.needs("captions")
async def test_the_parts_of_a_customers_album_share_a_key_and_keep_their_order(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    for kinds in rig.channel.limits.albums:
        names = await anna.writes_album((sorted(kinds) * 3)[:3])
        updates, offset = await read(rig)
        parts = [one.content for one in updates if isinstance(one.content, Written)]
        assert [one.external_id for one in parts] == names
        assert [one.body["text"] for one in parts] == ["0", "1", "2"]
        assert len({one.album for one in parts}) == 1
        assert parts[0].album is not None
        await read(rig, offset)


@pytest.mark.needs("visitors' replies")
async def test_an_answer_names_what_it_answers(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    first = await anna.writes("text", "Hello")
    await anna.writes("text", "I mean this", reply_to=first)
    assert (await written(rig)).reply_to == first


async def reference_of(rig: Rig, customer: Customer, kind: str) -> str:
    """A file that the messenger knows."""
    await customer.writes(kind)
    return (await written(rig)).files[0].external_ref


@pytest.mark.kinds(KINDS, FILES)
async def test_our_message_arrives_as_itself_or_in_its_words(rig: Rig, kind: str) -> None:
    anna = await rig.customer("Anna")
    reference = await reference_of(rig, anna, kind) if kind in FILES else None
    sample = rig.sample(kind, reference)
    body = {name: value for name, value in sample.items() if name not in ("kind", "file")}
    (content,) = contents_of(rig.channel.limits, kind, body, {"file": reference} if reference else None)
    (name,) = (await rig.channel.deliver(Sending(anna.chat_key, "send", content))).names
    seen = (await anna.sees())[-1]
    assert seen.external_id == name
    if kind not in rig.channel.limits.sends:
        assert (seen.kind, seen.text) == ("text", words(kind, body))
        return
    assert (seen.kind, seen.file) == (kind, reference)
    if kind == "text":
        assert seen.bold == ("Good",)
    if kind in DETAILS:
        assert seen.details == DETAILS[kind]


async def test_our_album_arrives_as_one_and_every_part_gets_its_name(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    for kinds in rig.channel.limits.albums:
        chosen = (sorted(kinds) * 2)[:2]
        parts = [
            {"kind": kind, "file": await reference_of(rig, anna, kind), "text": str(place)}
            for place, kind in enumerate(chosen)
        ]
        names = (await rig.channel.deliver(Sending(anna.chat_key, "send", {"kind": "album", "parts": parts}))).names
        seen = (await anna.sees())[-2:]
        assert [(one.external_id, one.kind, one.text) for one in seen] == [
            (name, kind, str(place)) for place, (name, kind) in enumerate(zip(names, chosen, strict=True))
        ]
        assert seen[0].album == seen[1].album is not None


@pytest.mark.needs("unknown")
async def test_what_is_unknown_can_be_forwarded_as_it_is(rig: Rig) -> None:
    anna, boris = await rig.customer("Anna"), await rig.customer("Boris")
    original = await anna.writes_unknown()
    content = {"kind": "forward", "chat": anna.chat_key, "message": original}
    (name,) = (await rig.channel.deliver(Sending(boris.chat_key, "send", content))).names
    seen = (await boris.sees())[-1]
    assert (seen.external_id, seen.forwarded) == (name, True)


@pytest.mark.needs("limits")
async def test_the_limits_are_those_of_the_messenger(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    limits = rig.channel.limits
    # Letters of two units each: what is counted is not characters.
    for length, fits in ((limits.text, True), (limits.text + 2, False)):
        sending = Sending(anna.chat_key, "send", {"kind": "text", "text": "🙂" * (length // 2)})
        if fits:
            await rig.channel.deliver(sending)
        else:
            with pytest.raises(Refused) as refused:
                await rig.channel.deliver(sending)
            assert refused.value.reason == "too_large"


async def test_a_long_text_is_cut_into_what_the_messenger_takes(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    limits = rig.channel.limits
    text = "word 🙂 " * (3 * limits.text // 8)
    for content in contents_of(limits, "text", {"text": text}):
        await rig.channel.deliver(Sending(anna.chat_key, "send", content))
    assert " ".join(one.text for one in await anna.sees()).split() == text.split()


@pytest.mark.needs("limits")
async def test_a_text_of_too_many_parts_arrives_as_a_file(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    (content,) = contents_of(rig.channel.limits, "text", {"text": "word " * 20_000})
    await rig.channel.deliver(Sending(anna.chat_key, "send", content))
    assert (await anna.sees())[-1].kind == "document"


@pytest.mark.needs("typing signs")
async def test_the_customer_sees_that_somebody_writes_to_him(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    await rig.channel.show_typing(anna.chat_key)
    assert await anna.sees_typing()
    await anna.blocks()
    with pytest.raises(Refused):
        await rig.channel.show_typing(anna.chat_key)


@pytest.mark.needs("fetching")
async def test_a_file_is_fetched_as_it_is(rig: Rig, tmp_path: Path) -> None:
    anna = await rig.customer("Anna")
    reference = await reference_of(rig, anna, "document")
    await rig.channel.fetch(reference, tmp_path / "file", most=1000)
    assert (tmp_path / "file").read_bytes() == b"document"


@pytest.mark.needs("fetching")
@pytest.mark.parametrize(
    ("how", "reason"), [("gone", Reason.FILE), ("endless", Reason.TOO_LARGE), ("unknown", Reason.FILE)]
)
async def test_a_file_that_can_never_be_had_is_refused(rig: Rig, tmp_path: Path, how: str, reason: Reason) -> None:
    anna = await rig.customer("Anna")
    reference = await reference_of(rig, anna, "document")
    if how != "unknown":
        await rig.breaks_downloads(how)
    with pytest.raises(Refused) as refused:
        await rig.channel.fetch("invented" if how == "unknown" else reference, tmp_path / "file", most=100_000)
    assert refused.value.reason == reason


@pytest.mark.needs("fetching")
async def test_a_file_that_is_not_to_be_had_now_can_be_asked_for_again(rig: Rig, tmp_path: Path) -> None:
    anna = await rig.customer("Anna")
    reference = await reference_of(rig, anna, "document")
    await rig.breaks_downloads("broken")
    with pytest.raises(Retry):
        await rig.channel.fetch(reference, tmp_path / "file", most=1000)
    await rig.channel.fetch(reference, tmp_path / "file", most=1000)
    away = rig.away()
    try:
        with pytest.raises(Retry):
            await away.fetch(reference, tmp_path / "other", most=1000)
    finally:
        await away.close()


async def test_our_answer_shows_what_it_answers(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    question = await anna.writes("text", "How much?")
    await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None), reply_to=question))
    assert (await anna.sees())[-1].replies_to == question


async def test_what_we_said_can_be_edited_twice_alike_and_deleted(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    (name,) = (await rig.channel.deliver(Sending(anna.chat_key, "send", {"kind": "text", "text": "One"}))).names
    for _ in range(2):
        await rig.channel.deliver(Sending(anna.chat_key, "edit", {"kind": "text", "text": "Two"}, target=name))
    assert [one.text for one in await anna.sees()] == ["Two"]
    await rig.channel.deliver(Sending(anna.chat_key, "delete", {}, target=name))
    assert await anna.sees() == []


@pytest.mark.needs("edits")
@pytest.mark.parametrize("kind", ["text", "photo"])
async def test_what_a_customer_changes_is_read_as_all_that_he_says_now(rig: Rig, kind: str) -> None:
    anna = await rig.customer("Anna")
    name = await anna.writes(kind, "One")
    before = await written(rig)
    await anna.edits(name, "Two")
    now = await written(rig)
    assert isinstance(now, Edited)
    assert (now.external_id, now.kind, now.body["text"], now.files) == (name, kind, "Two", before.files)
    assert now.edited_at >= now.at == before.at


@pytest.mark.needs("edits")
async def test_another_medium_in_the_place_of_one_is_read_with_its_file(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    name = await anna.writes("photo", "Look")
    before = await written(rig)
    await anna.replaces(name)
    now = await written(rig)
    assert isinstance(now, Edited)
    assert (now.external_id, now.files == before.files) == (name, False)


@pytest.mark.needs("reactions")
async def test_a_reaction_is_read_with_what_it_is_on(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    (name,) = (await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None)))).names
    for reactions, newest in ((("❤",), "❤"), (("❤", "🔥"), "🔥"), (("❤",), "❤"), ((), None)):
        await anna.reacts(name, *reactions)
        updates, offset = await read(rig)
        assert updates[-1].content == Reacted(name, newest)
        await read(rig, offset)


async def test_a_caption_and_a_medium_of_ours_can_be_edited(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    files = []
    for _ in range(2):
        await anna.writes("photo")
        files.append((await written(rig)).files[0].external_ref)
    first, second = files
    content = {"kind": "photo", "text": "One"}
    (name,) = (await rig.channel.deliver(Sending(anna.chat_key, "send", content | {"file": first}))).names
    caption = {"kind": "photo", "text": "Two", "file": first}
    await rig.channel.deliver(Sending(anna.chat_key, "edit", caption, target=name))
    assert [(one.text, one.file) for one in await anna.sees()] == [("Two", first)]
    await rig.channel.deliver(Sending(anna.chat_key, "edit", {"kind": "photo", "file": first}, target=name))
    assert (await anna.sees())[-1].text == ""
    replaced = {"kind": "photo", "text": "Three", "file": second, "replaced": True}
    await rig.channel.deliver(Sending(anna.chat_key, "edit", replaced, target=name))
    assert [(one.text, one.file) for one in await anna.sees()] == [("Three", second)]


@pytest.mark.needs("failures")
async def test_what_is_gone_is_neither_edited_nor_deleted(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    (name,) = (await rig.channel.deliver(Sending(anna.chat_key, "send", {"kind": "text", "text": "One"}))).names
    await rig.channel.deliver(Sending(anna.chat_key, "delete", {}, target=name))
    for op, content in (("edit", {"kind": "text", "text": "Two"}), ("delete", {})):
        with pytest.raises(Refused) as gone:
            await rig.channel.deliver(Sending(anna.chat_key, op, content, target=name))
        assert gone.value.reason == "target"


@pytest.mark.needs("failures")
async def test_a_limit_says_when_to_come_back(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    await rig.breaks("limited", after=7)
    with pytest.raises(Retry) as limited:
        await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None)))
    assert limited.value.after == 7
    assert await anna.sees() == []


@pytest.mark.needs("failures")
async def test_a_refusal_is_final(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    await rig.breaks("refused")
    with pytest.raises(Refused):
        await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None)))


@pytest.mark.needs("failures")
@pytest.mark.parametrize("how", ["lost", "down"])
async def test_a_missing_answer_is_not_taken_for_a_failure(rig: Rig, how: str) -> None:
    anna = await rig.customer("Anna")
    await rig.breaks(how)
    with pytest.raises(Unanswered):
        await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None)))
    assert len(await anna.sees()) == (1 if how == "lost" else 0)


@pytest.mark.needs("failures")
async def test_a_messenger_that_cannot_be_reached_has_taken_nothing(rig: Rig) -> None:
    away = rig.away()
    try:
        with pytest.raises(Retry) as unreachable:
            await away.deliver(Sending("501", "send", rig.sample("text", None)))
        assert unreachable.value.everywhere
    finally:
        await away.close()


@pytest.mark.needs("failures")
async def test_somebody_who_blocked_us_is_told_apart(rig: Rig) -> None:
    anna = await rig.customer("Anna")
    await anna.blocks()
    with pytest.raises(Refused) as blocked:
        await rig.channel.deliver(Sending(anna.chat_key, "send", rig.sample("text", None)))
    assert blocked.value.reason == "blocked"
    updates, _ = await read(rig)
    assert updates[-1].content == Reachability(reachable=False)
