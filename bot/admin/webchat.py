"""The chat for the company's own sites: what it is called, its colour, where it may stand, and the tag to paste."""

from typing import Any

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Code, Pre, Text

from bot.admin import callbacks
from bot.admin.lines import OFF, ON
from bot.house import House
from bot.screens import Screen
from bot.texts import Buttons, content
from bot.typed import said
from core.database import UnitOfWork
from core.errors import Unreadable
from core.texts import N_, Texts
from core.words import shortened
from pipeline.staff.rights import Staff
from pipeline.webchat import WebChatSettings, allow_site, configure, forbid_site, settings_for

NAME, COLOUR, GREETING, SITE, REMOVE = N_("name"), N_("colour"), N_("greeting"), N_("site"), N_("remove")
CONTACT, NAMES = N_("contact"), N_("names")
EXAMPLE = "/webchat site https://shop.example"
SHOWN_SITES = 8
IN_BUTTON = 40


def make_router() -> Router:
    """The router of this screen."""
    router = Router(name="webchat")
    router.message.register(typed, Command("webchat"))
    router.callback_query.register(asks_pressed, callbacks.ChatAsks.filter())
    router.callback_query.register(names_pressed, callbacks.ChatNames.filter())
    router.callback_query.register(site_pressed, callbacks.ChatSite.filter())
    return router


async def typed(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts, house: House) -> Screen:
    """`/webchat`, or one line: `name Atelier Lipa`, `colour #2f5d4e`, `site https://shop.example`, `contact off`."""
    line = (command.args or "").strip()
    if not line:
        return Screen(_drawn(t, house, await settings_for(uow, by)))
    first, _, rest = line.partition(" ")
    rest = rest.strip()
    match said(t, first, NAME, COLOUR, GREETING, SITE, REMOVE, CONTACT, NAMES):
        case "name":
            now = await configure(uow, by, name=rest)
        case "colour":
            now = await configure(uow, by, colour=rest)
        case "greeting":
            now = await configure(uow, by, greeting=rest)
        case "site":
            now = await allow_site(uow, by, rest)
        case "remove":
            now = await forbid_site(uow, by, rest)
        case "contact":
            now = await configure(uow, by, asks_contact=_switch(t, rest))
        case "names":
            now = await configure(uow, by, names=_switch(t, rest))
        case _:
            raise Unreadable(part=first, example=EXAMPLE)
    return Screen(_drawn(t, house, now))


def _switch(t: Texts, word: str) -> bool:
    which = said(t, word, ON, OFF)
    if which is None:
        raise Unreadable(part=word or "?", example="/webchat contact off")
    return which == ON


async def asks_pressed(
    press: CallbackQuery, callback_data: callbacks.ChatAsks, uow: UnitOfWork, by: Staff, t: Texts, house: House
) -> Screen:
    """Ask visitors for a contact while nobody is there, or not."""
    return Screen(_drawn(t, house, await configure(uow, by, asks_contact=callback_data.on)), instead=True)


async def names_pressed(
    press: CallbackQuery, callback_data: callbacks.ChatNames, uow: UnitOfWork, by: Staff, t: Texts, house: House
) -> Screen:
    """Let visitors read who answers them, or not."""
    return Screen(_drawn(t, house, await configure(uow, by, names=callback_data.on)), instead=True)


async def site_pressed(
    press: CallbackQuery, callback_data: callbacks.ChatSite, uow: UnitOfWork, by: Staff, t: Texts, house: House
) -> Screen:
    """Take a site off the list; a list that is another by now stays as it is."""
    now = await settings_for(uow, by)
    if callback_data.place < len(now.sites) and hash_of(now.sites[callback_data.place]) == callback_data.which:
        now = await forbid_site(uow, by, now.sites[callback_data.place])
    return Screen(_drawn(t, house, now), instead=True)


def hash_of(site: str) -> int:
    """A small number that tells one site from another."""
    return sum(place * ord(letter) for place, letter in enumerate(site, 1)) % 100_000


def _drawn(t: Texts, house: House, now: WebChatSettings) -> dict[str, Any]:
    tag = f'<script async src="{house.web}/widget.js"></script>'
    words = Text(
        Bold(t("The chat on your site")),
        "\n",
        t("Name: {name}", name=now.name or t("none")),
        "\n",
        t("Colour: {colour}", colour=now.colour),
        "\n",
        t("Greeting: {greeting}", greeting=now.greeting or t("the usual one")),
        "\n",
        t("Other sites where it may stand: {sites}", sites=shortened(", ".join(now.sites), 600) or t("none")),
        "\n\n",
        t("Paste this line before the end of your page, and allow the site below:"),
        "\n",
        Pre(tag, language="html"),
        "\n",
        t("A page with the chat alone: {address}", address=f"{house.web}/chat"),
        "\n\n",
        t("By typing:"),
        "\n",
        Code("/webchat site https://shop.example"),
        "\n",
        Code("/webchat colour #2f5d4e"),
        "\n",
        Code("/webchat name Atelier Lipa"),
        "\n",
        Code("/webchat greeting " + t("Hello! How can we help?")),
    )
    contact = t("Do not ask for a contact") if now.asks_contact else t("Ask for a contact when nobody is there")
    names = t("Hide operators' names") if now.names else t("Show operators' first names")
    rows: Buttons = [
        [(contact, callbacks.ChatAsks(on=not now.asks_contact))],
        [(names, callbacks.ChatNames(on=not now.names))],
    ]
    for place, site in enumerate(now.sites[:SHOWN_SITES]):
        remove = t("Remove {name}", name=shortened(site, IN_BUTTON))
        rows.append([(remove, callbacks.ChatSite(place=place, which=hash_of(site)))])
    return content(words, rows)
