"""People who do not work here: an invitation lets them in, every other screen of the staff refuses them."""

from aiogram import F, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.filters.base import Filter
from aiogram.types import CallbackQuery, Message

from bot.house import House
from bot.operator.start import welcome
from bot.screens import Screen
from bot.texts import content
from core.database import UnitOfWork
from core.errors import NotAllowed
from core.texts import Texts, texts
from inbox.channel import Person
from inbox.channels.telegram import INVITATION
from pipeline.staff.inviting import accept_invitation
from pipeline.staff.rights import Staff
from pipeline.staff.talking import Desk


class Stranger(Filter):
    """Passes whoever does not work here."""

    async def __call__(self, asked: Message | CallbackQuery, by: Staff | None = None) -> bool:
        """Whether nobody of the staff acts."""
        return by is None


def make_router() -> Router:
    """The router of guests."""
    router = Router(name="guests")
    router.message.register(accept, CommandStart(deep_link=True, magic=F.args.startswith(INVITATION)))
    router.callback_query.register(refuse, Stranger())
    router.message.register(refuse, Stranger())
    return router


async def accept(
    message: Message, command: CommandObject, uow: UnitOfWork, t: Texts, desk: Desk, house: House
) -> Screen:
    """Open an invitation."""
    user = message.from_user
    if user is None:
        return Screen()
    person = Person(str(user.id), user.full_name, user.username, user.language_code)
    token = (command.args or "").removeprefix(INVITATION)
    by = await accept_invitation(uow, desk.channel_id, person, token, language=t.language, timezone=house.timezone)
    return Screen(content(welcome(texts(by.language, by.timezone), by, is_on_shift=False)), menu=by)


async def refuse(asked: Message | CallbackQuery) -> Screen:
    """Buttons and screens are for the staff; also for somebody who was of it when he typed this."""
    raise NotAllowed
