"""Files that come from browsers: kept whole or not at all, and thrown away when nobody uses them."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from inbox.media import MOST_BYTES
from inbox.models import upload
from inbox.uploads import (
    LONGEST_COMING,
    UNUSED_KEPT,
    FileIsEmpty,
    FileTooLarge,
    NoRoom,
    UploadGone,
    take_in,
    throw_away_unused,
    use,
)
from pipeline.staff.sessions import enter, link_for
from tests.contract.webchat import webchat_rig
from tests.unit.office import Office, office
from web.bodies import SECONDS_PER_BYTE
from web.security import csrf_of

VISITOR, STAFF = "visitor:1", "staff:1"


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Office]:
    async with office(database_url) as made:
        yield made


@dataclass
class Place:
    """Where files of an office come in."""

    shop: Office
    folder: Path

    async def takes(self, *chunks: bytes, owner: str = VISITOR) -> str:
        return (await take_in(self.shop.database, self.folder, coming(*chunks), owner=owner, file_name="a.txt")).name

    async def takes_slowly(self, chunks: AsyncIterator[bytes]) -> str:
        return (await take_in(self.shop.database, self.folder, chunks, owner=VISITOR, file_name=None)).name

    async def names(self) -> list[str]:
        async with self.shop.database.reading() as uow:
            return [row.name for row in await uow.rows(select(upload.c.name))]

    def files(self) -> list[Path]:
        return [one for one in self.folder.rglob("*") if one.is_file()]


@pytest.fixture
def place(shop: Office, tmp_path: Path) -> Place:
    return Place(shop, tmp_path / "media")


async def coming(*chunks: bytes) -> AsyncIterator[bytes]:
    for one in chunks:
        yield one


async def breaking_off() -> AsyncIterator[bytes]:
    yield b"half of it"
    raise ConnectionResetError


async def stopping(began: asyncio.Event) -> AsyncIterator[bytes]:
    yield b"half of it"
    began.set()
    await asyncio.Event().wait()


async def test_of_a_file_that_does_not_come_whole_nothing_is_left(place: Place) -> None:
    with pytest.raises(FileIsEmpty):
        await place.takes()
    with pytest.raises(FileTooLarge):
        await place.takes(*[b"x" * 1024 * 1024] * 21)
    with pytest.raises(ConnectionResetError):
        await place.takes_slowly(breaking_off())
    began = asyncio.Event()
    task = asyncio.create_task(place.takes_slowly(stopping(began)))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await place.names() == []
    assert place.files() == []


async def test_an_upload_cut_at_any_moment_leaves_neither_row_nor_file(place: Place) -> None:
    for steps in range(60):
        task = asyncio.create_task(place.takes(b"something"))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            await task
            break
    assert len(place.files()) == len(await place.names())
    assert len(place.files()) <= 1


async def test_a_hundred_empty_files_take_no_room_from_anybody(place: Place) -> None:
    for number in range(110):
        with pytest.raises(FileIsEmpty):
            await place.takes(owner=f"visitor:{number % 10}")
    assert await place.takes(b"mine", owner="visitor:0")


async def test_visitors_cannot_use_up_the_room_of_the_staff(place: Place) -> None:
    tasks = []
    for number in range(103):
        began = asyncio.Event()
        chunks = stopping(began)
        taking = take_in(place.shop.database, place.folder, chunks, owner=f"visitor:{number}", file_name=None)
        tasks.append(asyncio.create_task(taking))
        await began.wait()
    with pytest.raises(NoRoom):
        await place.takes(b"one more")
    assert await place.takes(b"an answer", owner=STAFF)
    for one in tasks:
        one.cancel()
    await asyncio.wait(tasks)
    assert await place.takes(b"one more")


async def test_what_says_how_small_it_is_takes_no_more_room_while_it_comes(place: Place) -> None:
    tasks = []
    for number in range(110):
        began = asyncio.Event()
        owner, chunks = f"visitor:{number}", stopping(began)
        taking = take_in(place.shop.database, place.folder, chunks, owner=owner, file_name=None, size=3)
        tasks.append(asyncio.create_task(taking))
        await began.wait()
    assert await place.takes(b"one more")
    for one in tasks:
        one.cancel()
    await asyncio.wait(tasks)


async def test_a_file_that_could_not_be_removed_is_removed_by_the_next_sweep(place: Place) -> None:
    name = await place.takes(b"unused")
    (file,) = place.files()
    # A folder in its place cannot be unlinked.
    file.unlink()
    file.mkdir()
    place.shop.clock.move(hours=2)
    await throw_away_unused(place.shop.database, place.folder)
    assert await place.names() == [name]
    async with place.shop.database.unit() as uow:
        with pytest.raises(UploadGone):
            await use(uow, VISITOR, [name])
    file.rmdir()
    file.write_bytes(b"unused")
    await throw_away_unused(place.shop.database, place.folder)
    assert await place.names() == []
    assert place.files() == []


async def test_what_the_sweep_threw_away_while_it_came_is_told_and_not_left(place: Place) -> None:
    async def for_ever() -> AsyncIterator[bytes]:
        yield b"half of it"
        place.shop.clock.move(hours=2)
        await throw_away_unused(place.shop.database, place.folder)
        yield b"the rest"

    with pytest.raises(UploadGone):
        await place.takes_slowly(for_ever())
    assert place.files() == []


async def test_what_took_its_time_to_come_is_kept_as_long_as_anything(place: Place) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"half of it"
        place.shop.clock.move(seconds=LONGEST_COMING.total_seconds())
        yield b"the rest"

    name = await place.takes_slowly(slowly())
    place.shop.clock.move(seconds=(UNUSED_KEPT - timedelta(minutes=1)).total_seconds())
    await throw_away_unused(place.shop.database, place.folder)
    async with place.shop.database.unit() as uow:
        assert len(await use(uow, VISITOR, [name])) == 1


async def test_a_file_may_come_slowly_but_not_for_longer_than_the_unused_are_kept() -> None:
    assert UNUSED_KEPT.total_seconds() > SECONDS_PER_BYTE * MOST_BYTES
    async with webchat_rig(body_seconds=0.2) as rig:
        visitor = await rig.visitor()

        async def trickling(pause: float) -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x" * 1024
                await asyncio.sleep(pause)

        assert (await visitor.upload(trickling(0.001)))[0] == 201
        assert (await visitor.upload(trickling(0.3)))[0] == 408
        assert (await visitor.upload(b"xxxxx"))[0] == 201


async def test_files_of_the_staff_and_of_visitors_are_read_by_the_same_rules() -> None:
    async with webchat_rig() as rig:
        shop, visitor = rig.office, await rig.visitor()
        async with shop.database.unit() as uow:
            session = await enter(uow, await link_for(uow, (await shop.admin()).id), agent=None)
        staff = {"Cookie": f"{rig.site.cookie}={session}", "X-CSRF-Token": csrf_of(session), "Origin": rig.url}
        plain = {"Content-Type": "application/octet-stream"}
        async with aiohttp.ClientSession(rig.url) as browser:
            for path, who in (("/uploads", staff), ("/chat/api/uploads", visitor.headers)):

                async def status(body: object, headers: dict[str, str], path: str = path) -> int:
                    async with browser.post(path, data=body, headers=headers) as answer:
                        return answer.status

                assert await status(b"a plan", who | plain) == 201
                assert await status(gzip.compress(b"a plan"), who | plain | {"Content-Encoding": "gzip"}) == 415
                assert await status(b"a plan", who | {"Content-Type": "text/html"}) == 415
                assert await status(b"", who | plain) == 422
