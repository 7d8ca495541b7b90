"""What rings for somebody, when it is his night and in which zone: his own choice, by buttons and by one line."""

from typing import Any

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot import callbacks
from bot.screens import Screen
from bot.texts import Buttons, content, headed
from core.database import UnitOfWork
from core.errors import Unreadable
from core.schedule import read_night
from core.texts import Texts, texts
from core.words import bare
from core.zones import EXAMPLE as ZONE
from core.zones import read_zone
from pipeline.staff.notices import NOTICES, Notice, choose_night, choose_zone, let_ring, ringing
from pipeline.staff.rights import Staff

USUAL_NIGHT = "22:00-08:00"
NIGHT_WORDS = ("night", "ночь", "ніч", "noc")
ZONE_WORDS = ("timezone", "zone", "пояс", "strefa")
OFF_WORDS = ("off", "выкл", "вимк", "wyl")


def make_router() -> Router:
    """The router of this screen."""
    router = Router(name="notices")
    router.message.register(notices, Command("notices"))
    router.callback_query.register(ring_pressed, callbacks.Ring.filter())
    router.callback_query.register(night_pressed, callbacks.Night.filter())
    return router


async def notices(message: Message, command: CommandObject, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """`/notices`, `/notices night 23-8`, `/notices night off`, `/notices timezone Europe/Kyiv`."""
    word, _, rest = (command.args or "").strip().partition(" ")
    match bare(word):
        case "":
            pass
        case night if night in NIGHT_WORDS:
            await choose_night(uow, by, None if bare(rest) in OFF_WORDS else read_night(rest))
        case zone if zone in ZONE_WORDS:
            chosen = read_zone(rest, example=f"/notices timezone {ZONE}")
            await choose_zone(uow, by, chosen)
            t = texts(t.language, chosen)
        case _:
            raise Unreadable(part=word, example=f"/notices night {USUAL_NIGHT}")
    return Screen(await _drawn(uow, by, t))


async def ring_pressed(
    press: CallbackQuery, callback_data: callbacks.Ring, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Let one kind ring, or come without a sound."""
    if callback_data.notice not in {str(one) for one in Notice}:
        raise Unreadable(part=callback_data.notice, example="/notices")
    await let_ring(uow, by, Notice(callback_data.notice), on=callback_data.on)
    return Screen(await _drawn(uow, by, t), instead=True)


async def night_pressed(
    press: CallbackQuery, callback_data: callbacks.Night, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Choose the usual night, or none."""
    await choose_night(uow, by, read_night(USUAL_NIGHT) if callback_data.on else None)
    return Screen(await _drawn(uow, by, t), instead=True)


async def _drawn(uow: UnitOfWork, by: Staff, t: Texts) -> dict[str, Any]:
    now = await ringing(uow, by)
    rows: Buttons = [
        [
            (
                f"{'🔔' if one in now.rings else '🔕'} {headed(t(words))}",
                callbacks.Ring(notice=str(one), on=one not in now.rings),
            )
        ]
        for one, words in NOTICES.items()
    ]
    if now.night is None:
        rows.append([(t("Quiet {hours}", hours=USUAL_NIGHT), callbacks.Night(on=True))])
    else:
        rows.append([(t("No quiet hours"), callbacks.Night(on=False))])
    hours = t("none") if now.night is None else t.night(now.night)
    lines = [
        t("Everything is written to you; what is marked 🔕 comes without a sound, and off shift nothing rings."),
        t("My quiet hours: {hours}, by the clock of {zone}.", hours=hours, zone=t.timezone),
        t("By typing: {line}", line=f"/notices night 23-8 · /notices timezone {ZONE}"),
    ]
    return content(Text(Bold(t("What rings for me")), *(f"\n{line}" for line in lines)), rows)
