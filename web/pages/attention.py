"""What every page says of what waits for whoever looks at it, as data for its script."""

from aiohttp import web

from inbox.wording import summary
from pipeline.attention import attention
from web.site import Visit, get

LONGEST = 140


async def shown(visit: Visit) -> web.StreamResponse:
    """Who waits for him, and what the system may say of it where he does not look."""
    now = await attention(visit.uow, visit.by)
    newest = now.newest and {
        "id": now.newest.message_id,
        "rings": now.newest.rings,
        "title": now.newest.deal.customer,
        "text": summary(visit.t, now.newest.kind, now.newest.body, LONGEST),
        "url": f"/deals/{now.newest.deal.id}",
    }
    return web.json_response({"customers": now.customers, "late_tasks": now.late_tasks, "newest": newest})


ROUTES = (get("/attention", shown),)
