"""The page with the chat, and the script that carries it onto any site; what the chat says in four languages."""

import hashlib
import json
from importlib import resources

from aiohttp import web

from core.texts import LANGUAGES, N_, Texts, texts
from pipeline.webchat import WebChatSettings, webchat_settings
from web.chat.asking import language_for
from web.site import SITE, Site

# Long enough to be cheap, short enough that a new colour is soon seen.
KEPT_SECONDS = 300
LOOK, STYLE = "/*LOOK*/{}", '/*STYLE*/""'
FOLDER = resources.files("web.chat")
# A style sheet that a page loads would need a second tag, or leave of the site's policy.
SCRIPT = (
    (FOLDER / "widget.js").read_text("utf-8").replace(STYLE, json.dumps((FOLDER / "widget.css").read_text("utf-8")))
)

WORDS = {
    "open": N_("Open the chat"),
    "close": N_("Close the chat"),
    "title": N_("Chat with us"),
    "log": N_("Your conversation"),
    "message": N_("Your message"),
    "send": N_("Send"),
    "attach": N_("Attach a file"),
    "remove": N_("Remove {name}"),
    "there": N_("We are here: write to us"),
    "away": N_("We are away now and will answer later"),
    "hello": N_("Hello! Write to us, and leave the page if you like: your conversation stays here."),
    "ask": N_("Where shall we answer if you have to go?"),
    "contact": N_("Phone or e-mail"),
    "name": N_("Your name, if you like"),
    "save": N_("Save"),
    "saved": N_("Thank you! We will answer there: {contact}"),
    "typing": N_("{name} is typing"),
    "somebody": N_("Somebody is typing"),
    "sending": N_("being sent"),
    "sent": N_("sent"),
    "read": N_("read"),
    "edited": N_("edited"),
    "failed": N_("Not sent."),
    "again": N_("Send again"),
    "offline": N_("No connection. It goes on by itself."),
    "older": N_("Earlier messages"),
    "large": N_("The file is larger than {most} MB."),
    "many": N_("{most} files at most in one message."),
    "coming": N_("The file is on its way"),
    "gone": N_("The file is not available"),
    "play": N_("Play"),
    "photo": N_("Photo"),
    "today": N_("Today"),
    "download": N_("Save the file {name}"),
    "new": N_("New message"),
}


def look_of(settings: WebChatSettings, site: Site) -> str:
    """What the script is told of the company, as JSON."""
    said = {language: _words(texts(language, site.timezone)) for language in LANGUAGES}
    look = {
        "name": settings.name,
        "colour": settings.colour,
        "greeting": settings.greeting,
        "language": site.language,
        "words": said,
    }
    return json.dumps(look, ensure_ascii=True)


def _words(t: Texts) -> dict[str, str]:
    """What the chat says; the script fills in the rest."""
    return {key: t(text, name="{name}", most="{most}", contact="{contact}") for key, text in WORDS.items()}


async def widget(request: web.Request) -> web.Response:
    """The script for one tag on any site; it asks here for everything else."""
    site = request.app[SITE]
    async with site.database.reading() as uow:
        settings = await webchat_settings(uow)
    body = SCRIPT.replace(LOOK, look_of(settings, site)).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {
        "Cache-Control": f"public, max-age={KEPT_SECONDS}",
        "ETag": tag,
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    response = web.Response(body=body, content_type="text/javascript", charset="utf-8", headers=headers)
    response.enable_compression()
    return response


async def page(request: web.Request) -> web.Response:
    """The chat alone, in a window of its own."""
    site = request.app[SITE]
    async with site.database.reading() as uow:
        settings = await webchat_settings(uow)
    t = language_for(request, site)
    html = site.rendering.render("chat.html", t=t, settings=settings)
    return web.Response(text=html, content_type="text/html")
