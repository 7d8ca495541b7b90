"""What a company has chosen for the chat on its sites, and who is there to answer; the chat itself is elsewhere."""

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from core.choices import choose, chosen
from core.database import UnitOfWork
from core.errors import Refusal, Unreadable
from core.journal import lock, record
from core.relay import COMPANY
from core.storable import storable
from core.texts import LONGEST_NAME, N_
from pipeline.events import ChatConfigured
from pipeline.models import staff
from pipeline.staff.rights import Right, Staff, needs

WEBCHAT = "webchat"
COLOUR = "#2f5d4e"
MOST_SITES = 50
LONGEST_GREETING = 300
_COLOUR = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?")


class TooManySites(Refusal):
    """The list of sites is full."""

    code = "too-many-sites"
    text = N_("There are {most} sites already, and that is all there can be.")
    next_step = N_("Take one away first.")


@dataclass(frozen=True, slots=True)
class WebChatSettings:
    """How the chat calls and paints itself, and which other sites it may stand on.

    Without a name it is called by the address; `names` says whether visitors read who answers them.
    """

    name: str = ""
    colour: str = COLOUR
    sites: tuple[str, ...] = ()
    asks_contact: bool = True
    names: bool = True
    greeting: str = ""


async def webchat_settings(uow: UnitOfWork) -> WebChatSettings:
    """What is chosen now."""
    found = await chosen(uow, WEBCHAT)
    if found is None:
        return WebChatSettings()
    return WebChatSettings(**(found | {"sites": tuple(found.get("sites", ()))}))


@needs(Right.CONFIGURE)
async def settings_for(uow: UnitOfWork, by: Staff) -> WebChatSettings:
    """The same, for an admin's eyes."""
    return await webchat_settings(uow)


@needs(Right.CONFIGURE)
async def configure(
    uow: UnitOfWork,
    by: Staff,
    *,
    name: str | None = None,
    colour: str | None = None,
    greeting: str | None = None,
    asks_contact: bool | None = None,
    names: bool | None = None,
) -> WebChatSettings:
    """Choose what is given and leave the rest. Raises Unreadable for what is no colour."""
    new = {
        "name": None if name is None else _line(name, LONGEST_NAME),
        "colour": None if colour is None else _colour(colour),
        "greeting": None if greeting is None else _line(greeting, LONGEST_GREETING),
        "asks_contact": asks_contact,
        "names": names,
    }
    given: dict[str, Any] = {key: value for key, value in new.items() if value is not None}
    return await _store(uow, by, replace(await _locked(uow), **given), what=", ".join(sorted(given)))


@needs(Right.CONFIGURE)
async def allow_site(uow: UnitOfWork, by: Staff, site: str) -> WebChatSettings:
    """Let the chat stand on another site too. Raises Unreadable for what is no address, TooManySites."""
    origin, now = read_origin(site), await _locked(uow)
    if origin in now.sites:
        return now
    if len(now.sites) >= MOST_SITES:
        raise TooManySites(most=MOST_SITES)
    return await _store(uow, by, replace(now, sites=(*now.sites, origin)), what=f"+{origin}")


@needs(Right.CONFIGURE)
async def forbid_site(uow: UnitOfWork, by: Staff, site: str) -> WebChatSettings:
    """Let the chat stand there no longer. Raises Unreadable."""
    origin, now = read_origin(site), await _locked(uow)
    left = tuple(one for one in now.sites if one != origin)
    return await _store(uow, by, replace(now, sites=left), what=f"-{origin}") if left != now.sites else now


async def _locked(uow: UnitOfWork) -> WebChatSettings:
    await lock(uow, [COMPANY])
    return await webchat_settings(uow)


async def _store(uow: UnitOfWork, by: Staff, new: WebChatSettings, *, what: str) -> WebChatSettings:
    await choose(uow, WEBCHAT, asdict(new) | {"sites": list(new.sites)})
    await record(uow, [ChatConfigured(stream=COMPANY, ref=COMPANY, actor=by.actor, what=what)])
    return new


def _line(text: str, most: int) -> str:
    line: str = storable(" ".join(text.split()))[:most]
    return line


def _colour(text: str) -> str:
    found = _COLOUR.fullmatch(text.strip())
    if found is None:
        raise Unreadable(part=text, example=f"/webchat colour {COLOUR}")
    digits = found[1].lower()
    return f"#{digits if len(digits) == 6 else ''.join(2 * one for one in digits)}"


def read_origin(text: str) -> str:
    """The origin of an address as a browser names it; https where no scheme is given. Raises Unreadable."""
    typed = text.strip().lower()
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        host = parts.netloc.encode("idna").decode() if not parts.netloc.isascii() else parts.netloc
    except ValueError:
        parts, host = None, ""
    if parts is None or parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise Unreadable(part=text, example="/webchat site https://shop.example")
    usual = ":443" if parts.scheme == "https" else ":80"
    return f"{parts.scheme}://{host.removesuffix(usual)}"


async def _somebody_is_there(uow: UnitOfWork) -> bool:
    """Whether anybody of the staff is on shift."""
    found = select(staff.c.id).where(staff.c.on_shift_since.is_not(None), staff.c.disabled_at.is_(None))
    return await uow.value(found.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Presence:
    """What a visitor is told at first: whether somebody answers now, and whether to leave a way to reach him."""

    there: bool
    asks: bool


async def presence(uow: UnitOfWork, settings: WebChatSettings, *, is_open: bool, is_reachable: bool) -> Presence:
    """For a company that is open or not, and a visitor who has left a phone or an e-mail already or not."""
    there = is_open and await _somebody_is_there(uow)
    return Presence(there, asks=settings.asks_contact and not there and not is_reachable)


async def public_names(uow: UnitOfWork, actors: Collection[str]) -> dict[str, str]:
    """The first names of those of these actors who are people, as customers may read them."""
    ids = {int(one.partition(":")[2]): one for one in actors if one.startswith("staff:")}
    if not ids:
        return {}
    rows = await uow.rows(select(staff.c.id, staff.c.name).where(staff.c.id.in_(sorted(ids))))
    return {ids[row.id]: row.name.split()[0] for row in rows if row.name.split()}
