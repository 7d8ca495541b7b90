"""Files are fetched apart from their messages: whatever a file server does, messages pass and nothing is half kept."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.botapi.client import User
from tests.running.conftest import opened
from tests.running.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

STATE = (
    "SELECT attachment.state, attachment.reason, attachment.path, attachment.attempts FROM attachment"
    " JOIN message ON message.id = attachment.message_id JOIN contact ON contact.name = :name"
    " JOIN conversation ON conversation.id = message.conversation_id AND conversation.contact_id = contact.id"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick(
    bot_api_server: str, nursery_socket: Path, module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Shop]:
    """A company that is soon tired of waiting for a file."""
    folder = tmp_path_factory.mktemp("voronka")
    lengths = {"FETCH_TIMEOUT_SECONDS": "0.6", "SWEEP_SECONDS": "0.1"}
    async with opened(bot_api_server, folder, module_database, nursery=nursery_socket, **lengths) as shop:
        yield shop


async def fate(shop: Shop, customer: User) -> tuple[str, str | None, str | None, int]:
    """What became of the one file of a customer."""
    ((state, reason, path, attempts),) = await shop.rows.until(
        STATE, lambda found: bool(found) and found[0][0] != "waiting", name=customer.first_name
    )
    return state, reason, path, attempts


def media(shop: Shop) -> Path:
    return shop.program.folder / "data" / "media"


def unfinished(shop: Shop) -> list[Path]:
    return list(media(shop).rglob("*.part"))


async def test_a_file_is_kept_under_a_name_that_nobody_gave(quick: Shop) -> None:
    (anna,) = await quick.customers("Anna")
    await anna.sends_document("../../price.pdf", content=b"the price")
    state, reason, path, attempts = await fate(quick, anna)
    assert (state, reason, attempts) == ("kept", None, 1)
    assert path is not None
    assert "price" not in path
    assert (media(quick) / path).read_bytes() == b"the price"
    assert unfinished(quick) == []


async def test_a_file_that_says_to_have_three_gigabytes_is_not_asked_for(quick: Shop) -> None:
    (anna,) = await quick.customers("Anna")
    await anna.sends_document("film.mkv", file_size=3 * 1024**3)
    assert await fate(quick, anna) == ("missing", "too_large", None, 1)


async def test_a_file_that_is_larger_than_it_said_is_given_up(
    tmp_path: Path, bot_api_server: str, nursery_socket: Path, database_url: str
) -> None:
    # On a busy machine it takes longer than the other company waits until too much has come.
    async with opened(bot_api_server, tmp_path, database_url, nursery=nursery_socket) as patient:
        (anna,) = await patient.customers("Anna")
        await patient.api.fault("endless", method="download")
        await anna.sends_document("small.txt", content=b"small")
        assert await fate(patient, anna) == ("missing", "too_large", None, 1)
        assert unfinished(patient) == []


@pytest.mark.parametrize("code", [404, 410])
async def test_an_expired_link_is_final(quick: Shop, code: int) -> None:
    (anna,) = await quick.customers("Anna")
    await quick.api.fault("400", method="download", code=code)
    await anna.sends_photo()
    assert await fate(quick, anna) == ("missing", "file", None, 1)


async def test_what_goes_wrong_for_now_is_tried_three_times(quick: Shop) -> None:
    (anna,) = await quick.customers("Anna")
    await quick.api.fault("5xx", method="download", times=3)
    await anna.sends_photo()
    assert await fate(quick, anna) == ("missing", "gave_up", None, 3)
    (bela,) = await quick.customers("Bela")
    await quick.api.fault("accepted_reset", method="download", times=2)
    await bela.sends_photo()
    assert (await fate(quick, bela))[0] == "kept"


async def test_a_server_that_drips_holds_up_neither_messages_nor_other_files(quick: Shop) -> None:
    anna, bela = await quick.customers("Anna", "Bela")
    await quick.api.fault("drip", method="download")
    await anna.sends_photo()
    await quick.rows.until(STATE, lambda found: bool(found) and found[0][3] == 1, name=anna.first_name)
    await bela.sends_photo("Look")
    card = await quick.card(bela, quick.admin, button="Take")
    assert card.text.endswith("📷 Photo Look")
    assert (await fate(quick, bela))[0] == "kept"
    state, _, _, attempts = await fate(quick, anna)
    assert (state, attempts) == ("kept", 2)


async def test_a_server_that_only_drips_is_given_up(quick: Shop) -> None:
    (anna,) = await quick.customers("Anna")
    await quick.api.fault("drip", method="download", times=3)
    await anna.sends_photo()
    assert await fate(quick, anna) == ("missing", "timeout", None, 3)
    assert unfinished(quick) == []


async def test_what_a_dead_process_had_begun_is_begun_anew(quick: Shop) -> None:
    (anna,) = await quick.customers("Anna")
    await quick.api.fault("accepted_hold", method="download")
    await anna.sends_photo(content=b"whole")
    ((_, _, path, _),) = await quick.rows.until(STATE, lambda found: bool(found and found[0][2]), name=anna.first_name)
    half = media(quick) / f"{path}.part"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"half")
    await quick.program.kill()
    await quick.api.clear_faults()
    await quick.program.start()
    state, _, kept, _ = await fate(quick, anna)
    assert (state, kept) == ("kept", path)
    assert (media(quick) / str(path)).read_bytes() == b"whole"
    assert unfinished(quick) == []


async def test_the_link_is_in_no_log(quick: Shop) -> None:
    secret = quick.api.token.partition(":")[2]
    assert "media.not_fetched" in quick.program.log
    assert secret not in quick.program.log
