"""The talk of a deal: what was said, and saying something."""

import json
import re
from collections.abc import Sequence
from datetime import datetime

from aiohttp import web

from core.database import UnitOfWork
from core.errors import NotFound, Refusal
from core.journal import Event, Recorded, newest_position
from core.texts import N_
from inbox.channel import Written
from inbox.queries import language_in
from pipeline.correcting import correct, take_back
from pipeline.deals import give_up, retry
from pipeline.feed import history
from pipeline.lists import list_deals
from pipeline.notes import write_note
from pipeline.sending import Sending, look, send
from pipeline.talks import Talk, messages_of, talk_of_deal, versions_of
from triggers.next_up import skip
from triggers.telling import teller_of
from web.deal_parts import lines_before, parts
from web.messages import BETWEEN, language_tag, lines, woven
from web.pages.acts import done
from web.pages.queue import LISTS, WAITING, queue_values
from web.site import Caller, Visit, get, post
from web.words import instant_of

PAGE = 50
MOST_BETWEEN = 200
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


class NothingSaid(Refusal):
    """An empty text."""

    code = "nothing-said"
    text = N_("There is nothing to send.")
    next_step = N_("Type a few words first.")


async def first(visit: Visit) -> web.StreamResponse:
    """The list of talks; where there is room for more, it leads on to the one that waits longest."""
    position = await newest_position(visit.uow)
    chosen = visit.query.text("list")
    found = await list_deals(visit.uow, visit.by, LISTS[WAITING], limit=1)
    leads_to = found.deals[0].id if found.deals and not chosen else None
    around = await queue_values(visit, here=0)
    return visit.page("deals.html", here="talk", position=position, leads_to=leads_to, **around)


async def shown(visit: Visit) -> web.StreamResponse:
    """A deal with its talk."""
    uow, deal_id = visit.uow, visit.id("deal")
    position = await newest_position(uow)
    talk = await talk_of_deal(uow, visit.by, deal_id, limit=PAGE)
    around = await parts(uow, visit.by, visit.t, deal_id) | await queue_values(visit, here=deal_id)
    said = await feed_values(visit, talk)
    enter_sends = visit.settings.enter_sends
    return visit.page("deal.html", here="talk", position=position, enter_sends=enter_sends, **(around | said))


async def older(visit: Visit) -> web.StreamResponse:
    """What was said before a message."""
    before, until = visit.query.number("before"), instant_of(visit.query.number("until") or 0)
    if before is None or until is None:
        raise NotFound
    talk = await talk_of_deal(visit.uow, visit.by, visit.id("deal"), before=before, limit=PAGE)
    values = await feed_values(visit, talk, until=until)
    return visit.page("feed.html", **values)


async def feed_values(visit: Visit, talk: Talk, *, until: datetime | None = None) -> dict[str, object]:
    """What the template of a talk needs: its messages with what happened among them."""
    since = talk.messages[0].at if talk.messages and talk.earlier else None
    between = await history(
        visit.uow, visit.by, talk.deal.id, kinds=BETWEEN.keys(), since=since, until=until, limit=MOST_BETWEEN
    )
    return await said_values(visit.uow, visit, talk, between) | {"earlier": talk.earlier}


async def said_values(
    uow: UnitOfWork, caller: Caller, talk: Talk, between: Sequence[Recorded[Event]]
) -> dict[str, object]:
    """The same where it is known what happened."""
    triggers = {one.trigger_id for one in talk.messages if one.trigger_id is not None}
    teller = await teller_of(uow, caller.t, between, triggers=triggers)
    return {
        "deal": talk.deal,
        "items": woven(talk.messages, lines(teller, between), caller.by.timezone),
        "earlier": False,
        "writers": talk.people,
        "telling": teller,
        "language": language_tag(await language_in(uow, talk.deal.conversation_id)),
    }


async def around(visit: Visit) -> web.StreamResponse:
    """All that stands around the talk, as it is now."""
    return visit.page("deal_parts.html", **await parts(visit.uow, visit.by, visit.t, visit.id("deal")))


async def past(visit: Visit) -> web.StreamResponse:
    """What happened to the deal before something."""
    deal_id = visit.id("deal")
    found, teller, more = await lines_before(visit.uow, visit.by, visit.t, deal_id, before=visit.query.number("before"))
    return visit.page("deal_past.html", deal_id=deal_id, past=found, teller=teller, more_past=more)


async def answered(visit: Visit) -> web.StreamResponse:
    """Write to the customer; the messages as the talk shows them."""
    form, deal_id = visit.form, visit.id("deal")
    uploads = [name for name in form.all("upload") if name]
    if not form.text("text") and not uploads:
        raise NothingSaid
    sending = Sending(
        client_key=key_of(visit), text=form.text("text"), uploads=uploads, reply_to_id=form.number("reply_to")
    )
    sent = await send(visit.uow, visit.by, deal_id, sending)
    talk = await messages_of(visit.uow, visit.by, sent.deal_id, sent.message_ids)
    said = visit.page("feed.html", **await said_values(visit.uow, visit, talk, []))
    if sent.deal_id != deal_id:
        words = visit.t("Deal #{old} is closed: this went to #{new}.", old=deal_id, new=sent.deal_id)
        said.headers["HX-Trigger"] = json.dumps({"said": {"words": words}})
    return said


async def noted(visit: Visit) -> web.StreamResponse:
    """Write a note for the team."""
    names = await write_note(visit.uow, visit.by, visit.id("deal"), visit.form.text("text"), client_key=key_of(visit))
    return done(visit.t("Mentioned: {names}.", names=", ".join(names)) if names else "")


def key_of(visit: Visit) -> str:
    """The name under which a page sent something, so that a repeat has no effect. Raises HTTPBadRequest."""
    key = visit.form.text("key")
    if not _KEY.fullmatch(key):
        raise web.HTTPBadRequest
    return f"web:{visit.by.id}:{key}"


async def again(visit: Visit) -> web.StreamResponse:
    """Send once more what failed or was not confirmed."""
    await retry(visit.uow, visit.by, visit.id("outgoing"))
    return done()


async def discarded(visit: Visit) -> web.StreamResponse:
    """Give it up."""
    await give_up(visit.uow, visit.by, visit.id("outgoing"))
    return done()


async def changed(visit: Visit) -> web.StreamResponse:
    """Let a message of ours say something else."""
    text = visit.form.text("text")
    if not text:
        raise NothingSaid
    written = Written("", visit.now, "text", {"text": text})
    await correct(visit.uow, visit.by, visit.id("message"), written=written, edit=key_of(visit))
    return done()


async def taken_back(visit: Visit) -> web.StreamResponse:
    """Take a message of ours back."""
    await take_back(visit.uow, visit.by, visit.id("message"), act=key_of(visit))
    return done()


async def before(visit: Visit) -> web.StreamResponse:
    """What a message said before it was changed."""
    found = await versions_of(visit.uow, visit.by, visit.id("deal"), visit.id("message"))
    return visit.page("versions.html", versions=found)


async def looked(visit: Visit) -> web.StreamResponse:
    """What stands on an open page has been seen."""
    await look(visit.uow, visit.by, visit.id("deal"), up_to=visit.form.number("up_to") or 0)
    return done()


async def skipped(visit: Visit) -> web.StreamResponse:
    """Let a trigger not do what it waits to do."""
    await skip(visit.uow, visit.by, visit.id("run"))
    return done()


async def queue(visit: Visit) -> web.StreamResponse:
    """The list beside the talk, or its next piece."""
    return visit.page("queue.html", **await queue_values(visit, here=visit.query.number("here") or 0))


ROUTES = (
    get("/deals", first),
    get("/queue", queue),
    get("/deals/{deal}", shown),
    get("/deals/{deal}/messages", older),
    get("/deals/{deal}/parts", around),
    get("/deals/{deal}/past", past),
    get("/deals/{deal}/messages/{message}/before", before),
    post("/deals/{deal}/answer", answered),
    post("/deals/{deal}/notes", noted),
    post("/deals/{deal}/seen", looked),
    post("/outgoing/{outgoing}/retry", again),
    post("/outgoing/{outgoing}/discard", discarded),
    post("/messages/{message}/change", changed),
    post("/messages/{message}/take-back", taken_back),
    post("/runs/{run}/skip", skipped),
)
