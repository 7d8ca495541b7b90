"""Every address of the chat for visitors, in one table."""

from aiohttp import web

from inbox.presence import TYPING
from web.chat import files, pages, talking
from web.chat.asking import CHAT, Chat, allowed, answering, preflight
from web.chat.listening import Listeners
from web.security import Tries
from web.site import Site

API = "/chat/api"


def add_chat(server: web.Application, site: Site) -> None:
    """Make the chat's addresses answer."""
    listeners = Listeners()
    site.hub.add(listeners)
    site.wakeups.listen(TYPING, listeners.heard_typing)
    server[CHAT] = Chat(listeners, Tries())
    add = server.router.add_route
    add("GET", "/chat", pages.page)
    add("GET", "/widget.js", pages.widget)
    add("GET", f"{API}/allowed", allowed)
    add("POST", f"{API}/start", answering(talking.start, knows=False))
    add("GET", f"{API}/talk", answering(talking.talk))
    add("GET", f"{API}/messages", answering(talking.older))
    add("POST", f"{API}/messages", answering(talking.say))
    add("GET", f"{API}/poll", answering(talking.poll))
    add("POST", f"{API}/typing", answering(talking.typing))
    add("POST", f"{API}/seen", answering(talking.seen))
    add("POST", f"{API}/contact", answering(talking.contact))
    add("POST", f"{API}/uploads", answering(files.upload))
    add("GET", rf"{API}/files/{{number:\d{{1,18}}}}", answering(files.download))
    add("OPTIONS", f"{API}/{{what:.*}}", preflight)
