"""Which deals somebody means by a few words: said in a message, or known of the customer; lists are in `lists`."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from core.database import UnitOfWork
from core.errors import Refusal
from core.texts import N_
from core.words import bare
from inbox.models import contact, message, phone
from inbox.queries import MessageView, messages
from pipeline.deals import visible_to
from pipeline.models import deal, deal_tag, tag
from pipeline.staff.rights import Right, Staff, needs

LONGEST = 100
LARGEST = 2**53
# Fewer digits are in every number.
SHORTEST_PHONE = 4
# How many digits a Russian number has, and what stands for its country at home.
_RUSSIAN, _AT_HOME = 11, "8"
_NUMBER = re.compile(r"#\s*(\d{1,15})")
_PHONE = re.compile(r"[+\d\s().-]+")


class NothingToFind(Refusal):
    """There is no letter and no digit in what is searched."""

    code = "nothing-to-find"
    text = N_("There is nothing to search for in that.")
    next_step = N_("Type a name, a phone, a few words of a message or a number: /find red shoes")


class SearchTooLong(Refusal):
    """More than anybody searches for."""

    code = "search-too-long"
    text = N_("That is too long for a search: {most} characters fit.")
    next_step = N_("Leave the rarest words: /find red shoes")


def read_search(typed: str) -> str:
    """What somebody searches for, on one line. Raises NothingToFind, SearchTooLong."""
    words = " ".join(typed.split())
    if len(words) > LONGEST:
        raise SearchTooLong(most=LONGEST)
    if not bare(words):
        raise NothingToFind
    return words


def says(text: str) -> ColumnElement[bool]:
    """The condition for deals that are meant by a text.

    `#12` is the deal of that number alone. Otherwise all words are in one message of the deal, or each of them in the
    customer's names, phones or the deal's tags, in any case and without accents; digits may be the deal's number or,
    however they are grouped, a part of a phone.
    """
    number = _NUMBER.fullmatch(text.strip())
    if number is not None:
        return deal.c.id == int(number[1])
    words = bare(text).split()
    if not words:
        return false()
    said = select(message.c.id).where(message.c.conversation_id == deal.c.conversation_id, _has(words), _IS_OF_DEAL)
    ways: list[ColumnElement[bool]] = [and_(*(_is_known(word) for word in words)), said.correlate(deal).exists()]
    if text.strip().isdecimal() and int(text) <= LARGEST:
        ways.append(deal.c.id == int(text))
    digits = "".join(char for char in text if char.isdecimal())
    if _PHONE.fullmatch(text) and len(digits) >= SHORTEST_PHONE:
        ways += [_has_phone(one) for one in _as_dialled(digits)]
    return or_(*ways)


def _has(words: Collection[str]) -> ColumnElement[bool]:
    return and_(message.c.deleted_at.is_(None), *(message.c.search.contains(word, autoescape=True) for word in words))


def _is_known(word: str) -> ColumnElement[bool]:
    name = contact.c.search.contains(word, autoescape=True)
    tagged = select(tag.c.id).join(deal_tag, deal_tag.c.tag_id == tag.c.id).where(deal_tag.c.deal_id == deal.c.id)
    ways: list[ColumnElement[bool]] = [
        select(contact.c.id).where(contact.c.id == deal.c.contact_id, name).correlate(deal).exists(),
        tagged.where(tag.c.folded.contains(word, autoescape=True)).correlate(deal).exists(),
    ]
    if word.isdecimal() and len(word) >= SHORTEST_PHONE:
        ways.append(_has_phone(word))
    return or_(*ways)


def _has_phone(digits: str) -> ColumnElement[bool]:
    his = select(phone.c.number).where(phone.c.contact_id == deal.c.contact_id)
    return his.where(phone.c.number.contains(digits, autoescape=True)).correlate(deal).exists()


def _as_dialled(digits: str) -> set[str]:
    """How a number may stand in E.164: without what is dialled for "abroad" or "within this country"."""
    home = digits[1:] if len(digits) == _RUSSIAN and digits.startswith(_AT_HOME) else digits
    return {digits, digits.lstrip("0") or digits, home}


# A deal begins with its first message and ends where a customer's message opened the next one: what was said in the
# deals before and after is not its own, and may be a colleague's.
_next = deal.alias("next")
_IS_OF_DEAL = and_(
    or_(
        message.c.id >= deal.c.opened_by_message_id,
        and_(deal.c.opened_by_message_id.is_(None), message.c.at >= deal.c.requested_at),
    ),
    ~select(_next.c.id)
    .where(
        _next.c.conversation_id == deal.c.conversation_id,
        _next.c.id > deal.c.id,
        _next.c.opened_by_message_id <= message.c.id,
    )
    .correlate(deal, message)
    .exists(),
)


@dataclass(frozen=True, slots=True)
class Said:
    """The newest message of a deal that has all words, and the first of them."""

    message: MessageView
    word: str


@needs(Right.SEE)
async def where_said(uow: UnitOfWork, by: Staff, deal_ids: Collection[int], text: str) -> dict[int, Said]:
    """What was said in those of these deals whose messages have all words of a text, by deal."""
    words = bare(text).split()
    if not words or _NUMBER.fullmatch(text.strip()):
        return {}
    newest = (
        select(func.max(message.c.id))
        .where(message.c.conversation_id == deal.c.conversation_id, _has(words), _IS_OF_DEAL)
        .correlate(deal)
        .scalar_subquery()
    )
    rows: Any = await uow.rows(select(deal.c.id, newest).where(deal.c.id.in_(sorted(deal_ids)), visible_to(by)))
    found = await messages(uow, [message_id for _, message_id in rows if message_id is not None])
    return {deal_id: Said(found[message_id], words[0]) for deal_id, message_id in rows if message_id is not None}
