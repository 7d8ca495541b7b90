"""What a company has chosen for itself: its currency and its lists, by buttons and by one line."""

from typing import Any

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot.admin import callbacks
from bot.admin.vocabulary import TAG, VOCABULARIES, Entry, Vocabulary
from bot.screens import Screen
from bot.texts import Buttons, content
from bot.waiting import WaitsFor
from core.database import UnitOfWork
from core.errors import NotFound, Unreadable
from core.texts import N_, Texts
from core.words import bare
from pipeline.amounts import choose_currency, currency_of_company
from pipeline.staff.rights import Right, Staff, needs
from pipeline.staff.talking import Desk, set_screen
from pipeline.tags import find_tag, merge_tags, rename_tag

ADDING, RENAMING = "word", "tag_name"
PAGE = 20
EXAMPLE = "/settings add reason Wrong city"


class NoSuchWord(NotFound):
    """The list has no such entry."""

    code = "no-such-word"
    text = N_("The list has no “{name}”.")
    next_step = N_("See the lists: /settings")


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="settings")
    router.message.register(settings, Command("settings"))
    router.callback_query.register(settings_pressed, callbacks.Settings.filter())
    router.callback_query.register(words_pressed, callbacks.Words.filter())
    router.message.register(word_waited_for, WaitsFor(ADDING), F.text)
    router.callback_query.register(word_pressed, callbacks.Word.filter())
    router.callback_query.register(drop_pressed, callbacks.WordDrop.filter())
    router.callback_query.register(rename_pressed, callbacks.TagRename.filter())
    router.message.register(name_waited_for, WaitsFor(RENAMING), F.text)
    router.callback_query.register(merge_pressed, callbacks.TagMerge.filter())
    return router


async def settings(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """`/settings`, or one line: `currency EUR`, `add reason Wrong city`, `rename tag vip: gold`, `merge tag a: b`."""
    verb, _, rest = (command.args or "").strip().partition(" ")
    match verb.casefold():
        case "":
            pass
        case "currency":
            await choose_currency(uow, by, rest)
        case "add" | "remove" | "rename" | "merge" as act:
            return await _changed_by_line(uow, by, t, act, rest.strip())
        case _:
            raise Unreadable(part=verb, example=EXAMPLE)
    return Screen(await _overview(uow, by, t))


async def _changed_by_line(uow: UnitOfWork, by: Staff, t: Texts, act: str, rest: str) -> Screen:
    which, _, name = rest.partition(" ")
    vocabulary = _vocabulary(which)
    old, _, new = (part.strip() for part in name.partition(":"))
    if act == "add":
        await vocabulary.add(uow, by, name)
    elif act == "remove":
        await vocabulary.remove(uow, by, (await _named(uow, vocabulary, name)).id)
    elif which != TAG or not new:
        raise Unreadable(part=rest or act, example=f"/settings {act} tag vip: gold")
    elif act == "rename":
        await rename_tag(uow, by, await find_tag(uow, old), new)
    else:
        await merge_tags(uow, by, await find_tag(uow, old), into=await find_tag(uow, new))
    return Screen(await _list(uow, by, t, callbacks.Words(which=which)))


def _vocabulary(which: str) -> Vocabulary:
    found = VOCABULARIES.get(which)
    if found is None:
        raise Unreadable(part=which or "/settings", example=EXAMPLE)
    return found


async def _named(uow: UnitOfWork, vocabulary: Vocabulary, name: str) -> Entry:
    found = [one for one in await vocabulary.words(uow) if bare(one.name) == bare(name)]
    if not found:
        raise NoSuchWord(name=name)
    return found[0]


@needs(Right.CONFIGURE)
async def _overview(uow: UnitOfWork, by: Staff, t: Texts) -> dict[str, Any]:
    currency = await currency_of_company(uow, by.language)
    lines = [
        t("Sums that name no currency are in {currency}.", currency=currency),
        t("By typing: {line}", line="/settings currency EUR · /settings add tag vip"),
    ]
    rows: Buttons = [[(t(one.heading), callbacks.Words(which=which))] for which, one in VOCABULARIES.items()]
    return content(Text(Bold(t("Settings")), *(f"\n{line}" for line in lines)), rows)


async def settings_pressed(
    press: CallbackQuery, callback_data: callbacks.Settings, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Back to the overview."""
    await set_screen(uow, desk, None)
    return Screen(await _overview(uow, by, t), instead=True)


async def words_pressed(
    press: CallbackQuery, callback_data: callbacks.Words, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """One list; what is typed is added to it."""
    _vocabulary(callback_data.which)
    drawn = await _list(uow, by, t, callback_data)
    await set_screen(uow, desk, {"kind": ADDING, "which": callback_data.which})
    return Screen(drawn, instead=True)


@needs(Right.CONFIGURE)
async def _list(uow: UnitOfWork, by: Staff, t: Texts, asked: callbacks.Words) -> dict[str, Any]:
    vocabulary = _vocabulary(asked.which)
    found = (await vocabulary.words(uow))[asked.after :]
    rows: Buttons = [[(one.shown, callbacks.Word(which=asked.which, id=one.id))] for one in found[:PAGE]]
    if len(found) > PAGE:
        rows.append([(t("More"), callbacks.Words(which=asked.which, after=asked.after + PAGE))])
    rows.append([(t("Back"), callbacks.Settings())])
    words = Text(Bold(t(vocabulary.heading)), "\n", t(vocabulary.about), "\n", t("Type a name to add one."))
    return content(words, rows)


async def word_waited_for(
    message: Message, kept: dict[str, Any], uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """One more entry, or several, one on a line."""
    for name in (message.text or "").splitlines():
        await _vocabulary(kept["which"]).add(uow, by, name)
    await set_screen(uow, desk, None)
    return Screen(await _list(uow, by, t, callbacks.Words(which=kept["which"])))


async def word_pressed(
    press: CallbackQuery, callback_data: callbacks.Word, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """What can be done with one entry."""
    await set_screen(uow, desk, None)
    return Screen(await _entry(uow, by, t, callback_data.which, callback_data.id), instead=True)


@needs(Right.CONFIGURE)
async def _entry(uow: UnitOfWork, by: Staff, t: Texts, which: str, entry_id: int) -> dict[str, Any]:
    one = await _by_id(uow, which, entry_id)
    rows: Buttons = []
    if which == TAG:
        rows.append([(t("Rename"), callbacks.TagRename(id=one.id)), (t("Merge"), callbacks.TagMerge(id=one.id))])
    rows.append([(t("Remove"), callbacks.WordDrop(which=which, id=one.id, sure=False))])
    rows.append([(t("Back"), callbacks.Words(which=which))])
    return content(Text(Bold(t(_vocabulary(which).heading)), "\n", one.shown), rows)


async def _by_id(uow: UnitOfWork, which: str, entry_id: int) -> Entry:
    found = next((one for one in await _vocabulary(which).words(uow) if one.id == entry_id), None)
    if found is None:
        raise NotFound
    return found


async def drop_pressed(
    press: CallbackQuery, callback_data: callbacks.WordDrop, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Ask once more, then offer it no more."""
    which = callback_data.which
    if callback_data.sure:
        await _vocabulary(which).remove(uow, by, callback_data.id)
        return Screen(await _list(uow, by, t, callbacks.Words(which=which)), instead=True)
    one = await _by_id(uow, which, callback_data.id)
    rows: Buttons = [
        [(t("Yes, remove it"), callbacks.WordDrop(which=which, id=one.id, sure=True))],
        [(t("Back"), callbacks.Word(which=which, id=one.id))],
    ]
    asked = t("Remove “{name}”?", name=one.name)
    return Screen(content(Text(Bold(asked), "\n", t(_vocabulary(which).about)), rows), instead=True)


async def rename_pressed(
    press: CallbackQuery, callback_data: callbacks.TagRename, uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """Ask for the new name."""
    one = await _by_id(uow, TAG, callback_data.id)
    await set_screen(uow, desk, {"kind": RENAMING, "tag": one.id})
    words = t("Type the new name of “{name}”.", name=one.name)
    return Screen(content(words, [[(t("Back"), callbacks.Word(which=TAG, id=one.id))]]), instead=True)


async def name_waited_for(
    message: Message, kept: dict[str, Any], uow: UnitOfWork, by: Staff, t: Texts, desk: Desk
) -> Screen:
    """The new name of a tag."""
    await rename_tag(uow, by, kept["tag"], message.text or "")
    await set_screen(uow, desk, None)
    return Screen(await _list(uow, by, t, callbacks.Words(which=TAG)))


async def merge_pressed(
    press: CallbackQuery, callback_data: callbacks.TagMerge, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Choose the tag that stays, or merge the two."""
    if callback_data.into:
        await merge_tags(uow, by, callback_data.id, into=callback_data.into)
        return Screen(await _list(uow, by, t, callbacks.Words(which=TAG)), instead=True)
    one = await _by_id(uow, TAG, callback_data.id)
    others = [other for other in await VOCABULARIES[TAG].words(uow) if other.id != one.id]
    rows: Buttons = [[(other.shown, callbacks.TagMerge(id=one.id, into=other.id))] for other in others[:PAGE]]
    rows.append([(t("Back"), callbacks.Word(which=TAG, id=one.id))])
    words = t("Which tag do the deals of “{name}” get instead?", name=one.name)
    return Screen(content(words, rows), instead=True)
