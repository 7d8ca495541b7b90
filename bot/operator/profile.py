"""A customer on one screen: how he is reached, all his deals; one tap leads to each."""

from aiogram import Router
from aiogram.types import CallbackQuery
from aiogram.utils.formatting import Bold, Text

from bot import callbacks
from bot.cards import title
from bot.screens import Screen
from bot.texts import Buttons, content
from core.database import UnitOfWork
from core.phones import phone_in_words
from core.texts import Texts, plain
from inbox.channels import label_of
from pipeline.customers import save_phone, save_phone_of
from pipeline.deals import DealView, see
from pipeline.profiles import Account, profile_of
from pipeline.staff.rights import Staff

SHOWN = 8


def make_router() -> Router:
    """The router of this screen."""
    router = Router(name="profile")
    router.callback_query.register(profile_pressed, callbacks.Profile.filter())
    router.callback_query.register(phone_pressed, callbacks.SavePhone.filter())
    return router


async def profile_pressed(
    press: CallbackQuery, callback_data: callbacks.Profile, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """The customer in the place of the card."""
    who = await profile_of(uow, by, callback_data.deal)
    lines = [
        *(_account(t, one) for one in who.accounts),
        *(phone_in_words(number) for number in who.phones),
        *(t("{contact} (says the customer, not verified)", contact=plain(one)) for one in who.stated),
        " · ".join(part for part in (who.language, who.timezone) if part),
        t.plural("{n} deal", "{n} deals", len(who.deals)),
    ]
    rows: Buttons = [[(_deal(t, one), callbacks.Show(deal=one.id))] for one in who.deals[:SHOWN]]
    rows.append([(t("Back"), callbacks.Card(deal=callback_data.deal))])
    words = Text(Bold(plain(who.name)), *(f"\n{line}" for line in lines if line))
    return Screen(content(words, rows), instead=True)


async def phone_pressed(
    press: CallbackQuery, callback_data: callbacks.SavePhone, uow: UnitOfWork, by: Staff, t: Texts
) -> Screen:
    """Note the number of the contact above the button."""
    number = await save_phone_of(uow, by, callback_data.deal, callback_data.message)
    return await _saved(uow, by, t, callback_data.deal, number)


async def phone_typed(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int, words: str) -> Screen:
    """`phone +48 600 700 800`: how the customer is called."""
    return await _saved(uow, by, t, deal_id, await save_phone(uow, by, deal_id, words))


async def _saved(uow: UnitOfWork, by: Staff, t: Texts, deal_id: int, number: str) -> Screen:
    view = await see(uow, by, deal_id)
    return Screen(content(t("{deal}: phone {phone}", deal=title(view), phone=phone_in_words(number))))


def _account(t: Texts, one: Account) -> str:
    name = t(label_of(one.channel_kind))
    parts = [name, f"@{one.username}" if one.username else "", "" if one.reachable else t("has blocked the bot")]
    return " · ".join(part for part in parts if part)


def _deal(t: Texts, one: DealView) -> str:
    amount = t.money(one.amount, one.currency) if one.amount is not None and one.currency else ""
    return " · ".join(part for part in (f"#{one.id}", one.stage, amount) if part)
