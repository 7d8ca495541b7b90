"""Customers change what they wrote: each change counts once, in its order, and what was said before is kept."""

from sqlalchemy import select

from inbox.models import attachment, conversation, file_ref, message
from tests.unit.edits import edited, events, said
from tests.unit.office import Office


async def test_an_edit_is_kept_beside_what_was_said_before(shop: Office) -> None:
    await shop.receive(shop.message("anna", "red", number=7))
    await shop.receive(edited(shop, "anna", 7, "blue"), edited(shop, "anna", 7, "green", after=61))
    assert await said(shop) == [("green", {1: "red", 2: "blue"})]
    assert [one["version"] for one in await events(shop, "MessageEdited")] == [1, 2]


async def test_an_edit_in_the_batch_of_its_message_is_an_edit(shop: Office) -> None:
    await shop.receive(shop.message("anna", "red", number=7), edited(shop, "anna", 7, "blue"))
    assert await said(shop) == [("blue", {1: "red"})]


async def test_an_edit_is_no_new_message(shop: Office) -> None:
    await shop.receive(shop.message("anna", "red", number=7))
    async with shop.database.reading() as uow:
        before = await uow.row(select(conversation))
    await shop.receive(edited(shop, "anna", 7, "blue"))
    async with shop.database.reading() as uow:
        assert await uow.row(select(conversation)) == before
    assert len(await shop.deals()) == len(await events(shop, "MessageReceived")) == 1


async def test_an_edit_that_changes_nothing_is_no_event(shop: Office) -> None:
    await shop.receive(shop.message("anna", "red", number=7), edited(shop, "anna", 7, "red"))
    await shop.receive(edited(shop, "anna", 7, "red", after=90))
    assert await said(shop) == [("red", {})]
    assert await events(shop, "MessageEdited") == []


async def test_the_same_edit_under_another_number_has_no_effect(shop: Office) -> None:
    await shop.receive(shop.message("anna", "red", number=7))
    for _ in range(2):
        await shop.receive(edited(shop, "anna", 7, "blue"))
    assert await said(shop) == [("blue", {1: "red"})]


async def test_an_older_edit_never_comes_back(shop: Office) -> None:
    await shop.receive(shop.message("anna", "red", number=7))
    await shop.receive(edited(shop, "anna", 7, "green", after=70), edited(shop, "anna", 7, "blue", after=60))
    assert await said(shop) == [("green", {1: "red"})]


async def test_an_edit_before_its_message_is_the_message_and_shown_once(shop: Office) -> None:
    by = await shop.hire("500")
    await shop.receive(edited(shop, "anna", 7, "blue"))
    await shop.receive(shop.message("anna", "red", number=7))
    await shop.receive(shop.message("anna", "red", number=7))
    assert await said(shop) == [("blue", {1: "red"})]
    assert len(await events(shop, "MessageReceived")) == len(await shop.deals()) == 1
    shown = [row.content["text"] for row in await shop.outgoing("500") if row.op == "send"]
    assert sum("blue" in text for text in shown) == 1
    assert not any("red" in text for text in shown)
    assert (await shop.deals())[0].assignee_id == by.id


async def test_an_edit_its_message_and_another_edit_may_come_in_any_order(shop: Office) -> None:
    await shop.receive(
        edited(shop, "anna", 7, "green", after=70),
        edited(shop, "anna", 7, "white", after=80),
        edited(shop, "anna", 7, "blue", after=60),
        shop.message("anna", "red", number=7),
    )
    assert await said(shop) == [("white", {1: "red", 2: "green"})]


async def test_another_medium_takes_the_place_of_the_first(shop: Office) -> None:
    await shop.receive(edited(shop, "anna", 7, "look", kind="photo", file="first"))
    async with shop.database.unit() as uow:
        await uow.execute(attachment.update().values(state="kept", path="p"))
    await shop.receive(edited(shop, "anna", 7, "look", kind="photo", file="second", after=90))
    async with shop.database.reading() as uow:
        files = await uow.rows(select(file_ref.c.external_ref, attachment.c.state).join(attachment))
    assert [tuple(row) for row in files] == [("second", "waiting")]
    assert len(await events(shop, "MessageEdited")) == 1


async def test_an_edited_message_is_found_by_what_it_says_now(shop: Office) -> None:
    await shop.receive(shop.message("anna", "red", number=7), edited(shop, "anna", 7, "Świeży"))
    async with shop.database.reading() as uow:
        assert await uow.value(select(message.c.search)) == "swiezy"
