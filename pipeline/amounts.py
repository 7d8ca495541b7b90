"""What a deal is worth, as somebody of the staff types it."""

from sqlalchemy import update

from core.choices import choose, chosen
from core.database import UnitOfWork
from core.journal import record
from core.money import OF_LANGUAGES, Money, read_currency, read_money
from inbox.contacts import stream_of
from pipeline.events import AmountSet
from pipeline.models import deal
from pipeline.moving import his_deal
from pipeline.opening import ref_of
from pipeline.staff.rights import Right, Staff, needs
from pipeline.totals import count, revalued
from pipeline.vocabulary import note_change

CURRENCY = "currency"


async def currency_of_company(uow: UnitOfWork, language: str) -> str:
    """The currency of sums that name none: the chosen one, or the usual one of a language."""
    found: str | None = await chosen(uow, CURRENCY)
    return found or OF_LANGUAGES[language]


@needs(Right.CONFIGURE)
async def choose_currency(uow: UnitOfWork, by: Staff, word: str) -> str:
    """Let sums that name no currency be of this one; its ISO code. Raises Unreadable."""
    code = read_currency(word)
    await choose(uow, CURRENCY, code)
    await note_change(uow, by.actor, f"currency: {code}")
    return code


@needs(Right.WORK)
async def set_amount(uow: UnitOfWork, by: Staff, deal_id: int, words: str | None) -> Money | None:
    """Write down what a deal is worth, as typed; None wipes it.

    Raises NotFound, DealTaken, Unreadable, SumTooLarge.
    """
    row = await his_deal(uow, by, deal_id)
    money = None
    if words is not None:
        money = read_money(words, currency=row.currency or await currency_of_company(uow, by.language))
    minor, currency = money or (None, None)
    if (row.amount, row.currency) == (minor, currency):
        return money
    await uow.execute(
        update(deal)
        .where(deal.c.id == deal_id)
        .values(amount=minor, currency=currency, version=deal.c.version + 1, changed_at=uow.now)
    )
    await count(uow, revalued(row, amount=minor, currency=currency))
    amount_set = AmountSet(
        stream=stream_of(row.contact_id),
        ref=ref_of(deal_id),
        actor=by.actor,
        deal_id=deal_id,
        amount=minor,
        currency=currency,
    )
    await record(uow, [amount_set])
    return money
