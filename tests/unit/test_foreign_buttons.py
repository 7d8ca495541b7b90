"""Buttons made by hand: whoever presses them learns nothing that he may not see and changes nothing."""

from collections.abc import Sequence
from datetime import timedelta
from inspect import getmembers, isclass
from types import ModuleType
from typing import Any

import pytest
from aiogram.filters.callback_data import CallbackData
from sqlalchemy import select

from bot import callbacks, task_callbacks
from bot.admin import callbacks as of_admins
from bot.screens import Screen
from core.database import metadata
from inbox.channel import Written
from inbox.models import update
from pipeline.amounts import set_amount
from pipeline.deals import answer
from pipeline.filters import Scope
from pipeline.models import staff_account
from pipeline.notes import write_note
from pipeline.tags import tag_by_name
from pipeline.work.tasks import add_task
from tests.unit.hands import Hands
from tests.unit.office import Office

BOSS, SPY = "500", "600"
SECRETS = ("anna", "Secretnote", "777", "Secrettask", "Secrettext")
FORMS = {"part": "x", "group": "won", "at": "1d", "which": "tags", "role": "admin", "preset": "greeting"}
# What everybody chooses for himself.
OWN = (callbacks.Ring, callbacks.Night, callbacks.Shift)


def of(module: ModuleType) -> list[type[CallbackData]]:
    """Every button of a module."""
    found = [one for _, one in getmembers(module, isclass) if issubclass(one, CallbackData) and one is not CallbackData]
    return [one for one in found if one.__module__ == module.__name__]


def made(kind: type[CallbackData], ids: dict[str, int], *, flag: bool) -> CallbackData:
    """A button about these things, by hand."""
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        annotation: Any = field.annotation
        if name in ids and annotation is int:
            values[name] = ids[name]
        elif annotation is bool:
            values[name] = flag
        elif annotation is int:
            values[name] = ids["deal"] if field.is_required() or flag else field.default
        elif field.is_required() and annotation is str:
            values[name] = FORMS.get(name, "won")
        elif field.is_required():
            values[name] = next(iter(Scope))
    return kind(**values)


def said(shown: Screen) -> str:
    return f"{shown.toast}{shown.content}"


async def everything(shop: Office) -> dict[str, Sequence[Any]]:
    """All rows but what the acts of screens themselves leave behind."""
    async with shop.database.reading() as uow:
        kept = [one for one in metadata.sorted_tables if one not in (update, staff_account)]
        return {one.name: sorted(map(str, await uow.rows(select(one)))) for one in kept}


@pytest.mark.parametrize("flag", [False, True])
async def test_buttons_by_hand_show_and_change_nothing_foreign(shop: Office, flag: bool) -> None:
    boss = await shop.hire(BOSS)
    await shop.receive(shop.message("anna", "Secrettext", number=1))
    deal = (await shop.deals())[0].id
    async with shop.database.unit() as uow:
        sent = await answer(
            uow, boss, deal, written=Written("9", uow.now, "text", {"text": "Secrettext"}), client_key="k"
        )
        await write_note(uow, boss, deal, "Secretnote", client_key="n")
        await set_amount(uow, boss, deal, "777 EUR")
        await tag_by_name(uow, boss, deal, "vip")
        task = await add_task(uow, boss, deal, due_at=uow.now + timedelta(days=1), text="Secrettask") or 0
    await shop.settle()
    await shop.hire(SPY, on_shift=False)
    spy = Hands(shop, SPY)
    ids = {"deal": deal, "message": sent.message_id, "outgoing": (await shop.outgoing("anna"))[0].id, "task": task}
    before = await everything(shop)
    for kind in [*of(callbacks), *of(task_callbacks), *of(of_admins)]:
        shown = await spy.presses(made(kind, ids | {"id": task if "Task" in kind.__name__ else deal}, flag=flag))
        # A refusal says who has it, so that he asks the right colleague.
        told = said(shown).replace("Customer anna", "") if f"Person {BOSS}" in said(shown) else said(shown)
        assert not [one for one in SECRETS if one in told], (kind, told)
        if kind not in OWN:
            after = await everything(shop)
            assert {name: after[name] for name in after if after[name] != before[name]} == {}, kind
        before = await everything(shop)
