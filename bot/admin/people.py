"""People: who works here, invitations, limits, roles."""

from collections.abc import Sequence

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot.admin import callbacks
from bot.house import House
from bot.screens import Screen
from bot.texts import Buttons, content
from core.database import UnitOfWork
from core.errors import NotFound
from core.texts import N_, Texts, plain
from pipeline.staff import inviting, people
from pipeline.staff.people import Member
from pipeline.staff.rights import ROLE_NAMES, Role, Staff

# A message takes a hundred buttons.
PAGE = 50
LIMITS = (5, 10, 20, 40)
INVITE = {
    Role.OPERATOR: N_("Invite an operator"),
    Role.SUPERVISOR: N_("Invite a supervisor"),
    Role.ADMIN: N_("Invite an admin"),
}


def make_router() -> Router:
    """The router of these screens."""
    router = Router(name="people")
    router.message.register(staff, Command("staff"))
    router.callback_query.register(back, callbacks.People.filter())
    router.callback_query.register(invite, callbacks.Invite.filter())
    router.callback_query.register(member, callbacks.Member.filter())
    router.callback_query.register(capacity, callbacks.Capacity.filter())
    router.callback_query.register(role, callbacks.ChangeRole.filter())
    router.callback_query.register(disable, callbacks.Disable.filter())
    return router


async def staff(message: Message, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """Everybody who works here."""
    return Screen(await _people(uow, by, t))


async def back(press: CallbackQuery, callback_data: callbacks.People, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """The same or its next page, in the same message."""
    return Screen(await _people(uow, by, t, after=callback_data.after), instead=True)


async def _people(uow: UnitOfWork, by: Staff, t: Texts, *, after: int = 0) -> dict[str, object]:
    return list_of_people(t, await people.members(uow, by), after=after)


def list_of_people(t: Texts, everybody: Sequence[Member], *, after: int) -> dict[str, object]:
    """Everybody as buttons, a page of those behind the id `after`, and invitations."""
    left = [one for one in everybody if one.id > after]
    rows: Buttons = [[(_line(t, one), callbacks.Member(id=one.id))] for one in left[:PAGE]]
    if len(left) > PAGE:
        rows.append([(t("More"), callbacks.People(after=left[PAGE - 1].id))])
    rows += [[(t(words), callbacks.Invite(role=str(role)))] for role, words in INVITE.items()]
    heading = t.plural("{n} person works here", "{n} people work here", len(everybody))
    return content(Text(Bold(heading), "\n", t("Tap a person for limits and roles, or invite somebody.")), rows)


def _line(t: Texts, one: Member) -> str:
    shift = "🟢" if one.on_shift else "⚪"
    deals = t.plural("{n} open deal", "{n} open deals", one.open_deals)
    return f"{shift} {plain(one.name)} · {t(ROLE_NAMES[one.role])} · {deals}"


async def invite(
    press: CallbackQuery, callback_data: callbacks.Invite, uow: UnitOfWork, by: Staff, t: Texts, house: House
) -> Screen:
    """A link to forward: it lets in one person, once."""
    wanted = _role(callback_data.role)
    token = await inviting.invite(uow, by, role=wanted, valid=house.invitation)
    link = house.invitation_link(token)
    until = t.clock(uow.now + house.invitation, uow.now)
    words = t(
        "Forward this link to the new {role}. It works once, until {time}:", role=t(ROLE_NAMES[wanted]), time=until
    )
    return Screen(content(Text(words, "\n\n", link), [[(t("Back"), callbacks.People())]]), instead=True)


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise NotFound from None


async def member(press: CallbackQuery, callback_data: callbacks.Member, uow: UnitOfWork, by: Staff, t: Texts) -> Screen:
    """One person, with what can be changed."""
    return Screen(await _member(uow, by, t, callback_data.id), instead=True)


async def _member(uow: UnitOfWork, by: Staff, t: Texts, staff_id: int) -> dict[str, object]:
    one = next((one for one in await people.members(uow, by) if one.id == staff_id), None)
    if one is None:
        raise NotFound
    limit = t("no limit") if one.capacity is None else t.number(one.capacity)
    text = Text(Bold(plain(one.name)), "\n", _line(t, one), "\n", t("Open deals at most: {limit}", limit=limit))
    limits = [(t.number(most), callbacks.Capacity(id=one.id, most=most)) for most in LIMITS]
    unlimited = [(t("No limit"), callbacks.Capacity(id=one.id, most=0))]
    roles = [
        (t(ROLE_NAMES[role]), callbacks.ChangeRole(id=one.id, role=str(role))) for role in Role if role != one.role
    ]
    end = [(t("Remove from staff"), callbacks.Disable(id=one.id, sure=False))]
    return content(text, [limits, unlimited, roles, end, [(t("Back"), callbacks.People())]])


async def capacity(
    press: CallbackQuery, callback_data: callbacks.Capacity, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """How many open deals somebody gets at most."""
    await people.set_capacity(uow, by, callback_data.id, capacity=max(0, callback_data.most) or None)
    return Screen(await _member(uow, by, t, callback_data.id), instead=True)


async def role(
    press: CallbackQuery, callback_data: callbacks.ChangeRole, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """What somebody may do."""
    await people.set_role(uow, by, callback_data.id, role=_role(callback_data.role))
    return Screen(await _member(uow, by, t, callback_data.id), instead=True)


async def disable(
    press: CallbackQuery, callback_data: callbacks.Disable, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Let somebody go, once the admin is sure."""
    if callback_data.sure:
        await people.disable(uow, by, callback_data.id)
        return Screen(await _people(uow, by, t), instead=True)
    name = next((one.name for one in await people.members(uow, by) if one.id == callback_data.id), None)
    if name is None:
        raise NotFound
    words = t("Remove {name}? Their open deals go back to the queue, and they lose access.", name=plain(name))
    buttons: Buttons = [
        [(t("Remove"), callbacks.Disable(id=callback_data.id, sure=True))],
        [(t("Back"), callbacks.Member(id=callback_data.id))],
    ]
    return Screen(content(words, buttons), instead=True)
