"""What must hold for every member of a family: refusals, use cases, buttons."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from types import ModuleType
from typing import Any, get_args

import pytest
from aiogram.filters.callback_data import CallbackData

import bot
import core
import inbox
import pipeline
import triggers
from bot import callbacks, task_callbacks
from bot.admin import callbacks as of_admins
from core.errors import NotAllowed, Refusal
from core.texts import LANGUAGES, PLACEHOLDER, texts
from pipeline.deals import see
from pipeline.staff import people
from pipeline.staff.rights import RIGHTS, Right, Role, Staff
from tests.unit.office import Office

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def modules(*packages: ModuleType) -> Iterator[ModuleType]:
    for package in packages:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def refusals(kind: type[Refusal] = Refusal) -> list[type[Refusal]]:
    list(modules(core, inbox, pipeline, triggers, bot))
    return [one for child in kind.__subclasses__() for one in (child, *refusals(child))]


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.code)
def test_a_refusal_has_a_text_and_a_next_step_in_every_language(refusal: type[Refusal]) -> None:
    placeholders = PLACEHOLDER.findall(refusal.text + refusal.next_step)
    told = refusal(**{name: NOW if name == "since" else f"<{name}>" for name in placeholders})
    words = {language: told.told(texts(language), NOW) for language in LANGUAGES}
    assert len(set(words.values())) == len(LANGUAGES)
    assert all("{" not in sentence for sentence in words.values())


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in refusals()]
    assert len(codes) == len(set(codes))


def acts() -> list[tuple[str, object]]:
    """Every public function of the pipeline and the triggers that somebody of the staff calls."""
    found = []
    for module in modules(pipeline, triggers):
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                parameters = list(inspect.signature(function).parameters)
                if parameters[:2] == ["uow", "by"]:
                    found.append((f"{module.__name__}.{name}", function))
    return found


@pytest.mark.parametrize(("name", "act"), acts(), ids=[name for name, _ in acts()])
def test_a_use_case_names_its_right(name: str, act: object) -> None:
    assert isinstance(getattr(act, "__right__", None), Right)


def test_roles_only_add_rights() -> None:
    assert RIGHTS[Role.OPERATOR] < RIGHTS[Role.SUPERVISOR] < RIGHTS[Role.ADMIN] == frozenset(Right)


async def test_a_use_case_refuses_whoever_lacks_its_right(shop: Office) -> None:
    operator = await shop.hire("11")
    async with shop.database.unit() as uow:
        with pytest.raises(NotAllowed):
            await people.members(uow, operator)


async def test_nobody_sees_what_is_not_there(shop: Office) -> None:
    nobody = Staff(99, "Nobody", Role.OPERATOR, "en", "UTC")
    async with shop.database.unit() as uow:
        with pytest.raises(Refusal):
            await see(uow, nobody, 1)


def largest(annotation: Any) -> object:
    (kind, *_) = get_args(annotation) or (annotation,)
    if issubclass(kind, Enum):
        return max(kind, key=lambda one: len(one.value))
    return {int: 2**53, str: "supervisor", bool: True}[kind]


@pytest.mark.parametrize("kind", CallbackData.__subclasses__(), ids=lambda kind: kind.__name__)
def test_a_button_fits_into_what_telegram_lets_it_carry(kind: type[CallbackData]) -> None:
    assert kind.__module__ in (callbacks.__name__, task_callbacks.__name__, of_admins.__name__)
    values: dict[str, Any] = {name: largest(field.annotation) for name, field in kind.model_fields.items()}
    packed = kind(**values).pack()
    assert len(packed.encode()) <= 64
    assert kind.unpack(packed) == kind(**values)
