"""A file that does not come keeps nobody's talk waiting, and one that has come is not fetched again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from core.journal import Origin
from core.texts import texts
from inbox import marking
from inbox.accounts import stands_still
from inbox.channel import Delivered, File, Incoming, Kept, Person, Reason, Refused, Written
from inbox.channels.webchat import WebChat
from inbox.heads import next_of_each_chat
from inbox.marking import Marked
from inbox.media import Keeper, Lengths
from inbox.models import attachment, conversation, kept_ref, outgoing
from inbox.outcomes import Result
from inbox.writing import Automatic, write_automatically
from pipeline.staff.shifts import start_shift
from pipeline.talks import talk_of_deal
from tests.unit.office import Office, office
from tests.unit.test_files_across_channels import (
    MEDIA,
    VISITOR,
    answers,
    ended,
    fetched,
    marked,
    media_of,
    text,
    writes,
)
from web.messages import not_kept

PATIENCE_SECONDS = 5


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Office]:
    async with office(database_url) as made:
        async with made.database.unit() as uow:
            await start_shift(uow, await made.admin())
        yield made


async def replies(shop: Office, words: str, *, name: str = VISITOR, run: str = "run:1", ref: str = "tg") -> None:
    """A trigger sends a file from Telegram to a visitor."""
    async with shop.database.unit() as uow:
        talk_id = await uow.value(select(conversation.c.id).where(conversation.c.chat_key == name))
        file = File("document", ref, name="prices.pdf", channel_id=shop.channel_id)
        await write_automatically(uow, [Automatic(talk_id, words, run, Origin("trigger:1"), file)])
    await shop.settle()


async def pauses(shop: Office) -> None:
    """Telegram takes the token no more."""
    async with shop.database.unit() as uow:
        await stands_still(uow, shop.channel_id, "token")


async def file_states(shop: Office) -> list[tuple[str, str | None, str | None]]:
    async with shop.database.reading() as uow:
        rows = await uow.rows(select(attachment).order_by(attachment.c.id))
        return [(row.state, row.reason, row.path) for row in rows]


async def looked_at_again(shop: Office) -> float:
    """In how many seconds the only row that waits is looked at."""
    assert await marked(shop, shop.webchat_id, VISITOR) == []
    async with shop.database.reading() as uow:
        waits = select(outgoing.c.not_before).where(outgoing.c.state == "queued", outgoing.c.not_before.is_not(None))
        return float((await uow.value(waits) - shop.clock.now()).total_seconds())


async def test_an_automatic_message_goes_as_its_words_while_telegram_stands_still(shop: Office) -> None:
    deal_id = await writes(shop, text(shop, 1))
    await pauses(shop)
    await replies(shop, "Our prices")
    (one,) = await marked(shop, shop.webchat_id, VISITOR)
    assert one.sending is not None
    assert one.sending.content == {"kind": "text", "text": "Our prices"}
    await ended(shop, shop.webchat_id, Result(one, Delivered(("w1",))))
    # Who opens the talk sees that the file has not gone.
    async with shop.database.reading() as uow:
        (shown,) = [
            one for one in (await talk_of_deal(uow, await shop.admin(), deal_id, limit=9)).messages if one.files
        ]
    (file,) = shown.files
    assert (file.state, shown.sent and shown.sent.state) == ("missing", "delivered")
    assert "did not come in time" in not_kept(texts("en"), file.reason)


async def test_a_file_is_waited_for_two_minutes_ever_more_seldom_and_then_no_more(shop: Office) -> None:
    await writes(shop, text(shop, 1))
    await replies(shop, "Our prices")
    looks = []
    for _ in range(10):
        looks.append(await looked_at_again(shop))
        shop.clock.move(seconds=11.9)
    assert looks[0] == pytest.approx(0.3)
    assert looks == sorted(looks)
    assert looks[-1] == pytest.approx(10)


async def test_after_two_minutes_the_words_go_and_what_waited_behind_them_too(shop: Office) -> None:
    deal_id = await writes(shop, text(shop, 1))
    await replies(shop, "Our prices")
    await answers(shop, deal_id, Kept("photo", "aa/1"))
    await shop.settle()
    for seconds in (0, 118.5):
        shop.clock.move(seconds=seconds)
        assert await next_marked(shop) == []
    shop.clock.move(seconds=1.5)
    said = []
    for number in range(2):
        (one,) = await next_marked(shop)
        assert one.sending is not None
        said.append((one.sending.content["kind"], one.sending.content.get("text")))
        await ended(shop, shop.webchat_id, Result(one, Delivered((f"w{number}",))))
    assert said == [("text", "Our prices"), ("photo", None)]


async def next_marked(shop: Office) -> list[Marked]:
    """What the delivery marks next for visitors."""
    async with shop.database.unit() as uow:
        ids = [row.id for row in await next_of_each_chat(uow, shop.webchat_id)]
        return await marking.mark(uow, ids, epoch=1, media=MEDIA)


async def failed(shop: Office, one: Marked) -> Any:
    assert (one.sending, one.hopeless) == (None, Reason.FILE)
    await ended(shop, shop.webchat_id, Result(one, failure=Refused(one.hopeless, "")))
    async with shop.database.reading() as uow:
        return await uow.row(select(outgoing.c.state, outgoing.c.reason).where(outgoing.c.id == one.id))


async def test_a_file_without_words_fails_with_a_reason(shop: Office) -> None:
    await writes(shop, text(shop, 1))
    await pauses(shop)
    await replies(shop, "")
    (one,) = await marked(shop, shop.webchat_id, VISITOR)
    assert await failed(shop, one) == ("failed", "file")


async def test_whoever_wrote_himself_is_told_that_it_failed_and_may_try_again_once_the_file_is_here(
    shop: Office,
) -> None:
    deal_id = await writes(shop, text(shop, 1))
    await answers(shop, deal_id, File("photo", "tg", channel_id=shop.channel_id))
    await pauses(shop)
    (one,) = await marked(shop, shop.webchat_id, VISITOR)
    assert await failed(shop, one) == ("failed", "file")
    await fetched(shop, "kept", path="ff/1")
    async with shop.database.unit() as uow:
        await uow.execute(update(outgoing).where(outgoing.c.id == one.id).values(state="queued"))
    assert [medium["path"] for medium in media_of(await marked(shop, shop.webchat_id, VISITOR))] == ["media/ff/1"]


async def test_words_go_without_a_file_that_can_never_be_had(shop: Office) -> None:
    await writes(shop, text(shop, 1))
    await replies(shop, "Our prices")
    await fetched(shop, "missing", reason="too_large")
    (one,) = await marked(shop, shop.webchat_id, VISITOR)
    assert one.sending is not None
    assert one.sending.content == {"kind": "text", "text": "Our prices"}
    assert await file_states(shop) == [("missing", "too_large", None)]


class Messenger(WebChat):
    """One that gives a file when it may, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gives = asyncio.Event()

    async def fetch(self, external_ref: str, to: Path, *, most: int) -> None:
        self.asked.append(external_ref)
        await self.gives.wait()
        await asyncio.to_thread(to.write_bytes, b"the prices")


@pytest.fixture
async def messenger(shop: Office, tmp_path: Path) -> AsyncIterator[Messenger]:
    """Telegram, whose files are kept."""
    made = Messenger()
    lengths = Lengths(sweep=0.05, fetch_timeout=60, retry=1)
    keeper = Keeper(shop.database, made, shop.channel_id, tmp_path, wakeups=shop.wakeups, lengths=lengths)
    keeping = asyncio.create_task(keeper.run())
    yield made
    keeping.cancel()
    await asyncio.wait([keeping])


async def until_kept(shop: Office, count: int) -> list[str | None]:
    """Where all files lie, once they do."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            states = await file_states(shop)
            if len(states) == count and all(state == "kept" for state, _, _ in states):
                return [path for _, _, path in states]
            await asyncio.sleep(0.01)


async def test_what_many_messages_bring_is_fetched_once(shop: Office, messenger: Messenger) -> None:
    for number in range(6):
        await writes(shop, text(shop, number), name=f"visitor{number}")
    for number in range(5):
        await replies(shop, "Our prices", name=f"visitor{number}", run=f"run:{number}")
    messenger.gives.set()
    paths = await until_kept(shop, 5)
    assert len(set(paths)) == 1
    assert messenger.asked == ["tg"]
    # Whatever becomes of Telegram, it is here by now.
    await pauses(shop)
    await replies(shop, "Our prices", name="visitor5", run="run:5")
    assert await until_kept(shop, 6) == [*paths, paths[0]]
    (medium,) = media_of(await marked(shop, shop.webchat_id, "visitor5"))
    assert medium["path"] == f"media/{paths[0]}"
    assert messenger.asked == ["tg"]


async def test_what_customers_send_is_kept_for_each_of_them(shop: Office, messenger: Messenger) -> None:
    messenger.gives.set()
    for number, name in enumerate(("anna", "jan")):
        photo = Written(str(number), shop.clock.now(), "photo", {}, [File("photo", "same")])
        await shop.receive(Incoming(str(number), {}, name, Person(name, name), photo))
    assert len(set(await until_kept(shop, 2))) == 2
    async with shop.database.reading() as uow:
        assert await uow.value(select(kept_ref.c.path)) is None
