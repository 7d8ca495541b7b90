"""Start: who somebody is here, and what he may do; how it works is in `help`."""

from aiogram import Router
from aiogram.filters import CommandStart
from aiogram.types import Message
from aiogram.utils.formatting import Bold, Text

from bot.menus import commands
from bot.screens import Screen
from bot.texts import content
from core.database import UnitOfWork
from core.texts import N_, Texts, pick_language, plain, texts
from pipeline.staff.people import introduce
from pipeline.staff.rights import ROLE_NAMES, Staff
from pipeline.staff.shifts import on_shift

FIRST_STEP = N_("Come on shift with /shift: from then on new requests are handed to you in turn, each as a card.")


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="start")
    router.message.register(start, CommandStart())
    return router


def welcome(t: Texts, by: Staff, *, is_on_shift: bool) -> Text:
    """The greeting, with the first step for whoever has not taken it."""
    return Text(greeting(t, by), "" if is_on_shift else f"\n\n{t(FIRST_STEP)}")


def greeting(t: Texts, by: Staff) -> Text:
    """Who somebody is here and what he may do."""
    hello = t("Hello, {name}! Your role here: {role}.", name=plain(by.name), role=t(ROLE_NAMES[by.role]))
    lines = [f"/{name} — {words}" for name, words in commands(by)]
    return Text(Bold(hello), "\n\n", "\n".join(lines))


async def start(message: Message, uow: UnitOfWork, by: Staff) -> Screen:
    """Greet somebody in the language of his Telegram, which may have changed."""
    user = message.from_user
    if user is not None:
        language = pick_language(user.language_code, by.language)
        by = await introduce(uow, by, name=user.full_name, language=language)
    t = texts(by.language, by.timezone)
    return Screen(content(welcome(t, by, is_on_shift=await on_shift(uow, by.id))), menu=by)
