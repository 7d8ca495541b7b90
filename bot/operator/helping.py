"""`/help`: how everything works, by topic and by role, in one message that is turned over in place."""

from dataclasses import dataclass
from typing import Any, Final

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot import callbacks
from bot.operator.start import FIRST_STEP, greeting
from bot.screens import Screen
from bot.texts import Buttons, content
from core.errors import NotAllowed, Unreadable
from core.texts import N_, Texts
from pipeline.staff.rights import Right, Staff

IN_ROW = 2


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that somebody can do here: sentences, then what can be typed."""

    heading: str
    right: Right
    sentences: tuple[str, ...]
    lines: tuple[str, ...]


TOPICS: Final = {
    "answering": Topic(
        N_("Answering"),
        Right.ANSWER,
        (
            FIRST_STEP,
            N_("Answer by replying to a card or to a customer's message; or press Answer and just type."),
            N_("What is typed without either goes to nobody: you are asked to whom, and the text is kept."),
            N_(
                "👀 under your message means stored, 👌 delivered. If something fails, you are told why and what to do."
            ),
            N_(
                "Edit your message and it changes at the customer."
                " Reply /delete to it to take it back, up to 48 hours later."
            ),
        ),
        ("/next", "/shift on · /shift off", "/done · /delete"),
    ),
    "deals": Topic(
        N_("Deals"),
        Right.MOVE,
        (
            N_("Each deal has one card, which is edited in place. Stage also closes it: Won, Lost or Not a lead."),
            N_("More has tags, notes, tasks, the history, the customer, and why the deal is yours."),
        ),
        (
            '/deal 12 · /deal 12 stage "Offer sent"',
            "/deal 12 amount 1.5k · /deal 12 tag vip",
            "/deal 12 note wants it on Friday @boris",
            '/deal 12 to Boris "speaks Polish" · /deal 12 to turn',
            '/deal 12 close won · /deal 12 close lost "No answer"',
            "/deal 12 history · /deal 12 reopen · /deal 12 more",
            "/deal 12 name Anna Nowak · /deal 12 phone +48 600 700 800 · /deal 12 timezone Europe/Warsaw",
        ),
    ),
    "tasks": Topic(
        N_("Tasks"),
        Right.WORK,
        (
            N_("Press Task on a card and tap a time, or type when and what: tomorrow 15:00 call about the price."),
            N_("🟢 its time has not come, 🟡 it has, 🔴 it came an hour ago or earlier."),
            N_("You are told at the time, once more when it is overdue, and in the morning what the day brings."),
        ),
        ("/tasks", "/deal 12 task tomorrow 10 call"),
    ),
    "lists": Topic(
        N_("Lists and search"),
        Right.SEE,
        (
            N_(
                "/deals begins with whoever waits longest: ⏳ waits for an answer;"
                " 🔴🟡🟢 is the colour of the next task."
            ),
            N_("Filter narrows the list by stage, tag and colour; More and Back turn the pages."),
            N_("/find looks in names, phones, tags, messages and notes, in any alphabet and case."),
            N_("/stats counts your deals, who waits, what was closed, first answers and tasks."),
        ),
        (
            '/deals waiting · /deals all stage "Offer sent"',
            "/deals tag vip · /deals red · /deals closed",
            "/find red shoes · /find 600 700 800 · /find #12",
        ),
    ),
    "notices": Topic(
        N_("Notices"),
        Right.SEE,
        (
            N_("Choose what rings for you; everything else comes without a sound."),
            N_("Off shift and in your quiet hours nothing rings."),
        ),
        ("/notices", "/notices night 22-8 · /notices night off", "/notices timezone Europe/Kyiv"),
    ),
    "people": Topic(
        N_("People"),
        Right.CONFIGURE,
        (
            N_("Invite somebody by a link to forward; it lets in one person, once."),
            N_("Tap a person to limit open deals, change the role, or remove them; their deals go back to the turn."),
        ),
        ("/staff",),
    ),
    "replies": Topic(
        N_("Automatic replies"),
        Right.CONFIGURE,
        (
            N_("A greeting, a text for closed doors, replies to keywords, and one when nobody answers."),
            N_("Working hours say when you are closed; in quiet hours triggers write to nobody."),
        ),
        (
            "/autoreply add greeting: Hello, {name}!",
            "/autoreply add keyword price, cost: From 10 €",
            "/autoreply add unanswered 5 min: One moment!",
            "/hours mon-fri 09:00-18:00 · /hours quiet 22:00-08:00",
        ),
    ),
    "triggers": Topic(
        N_("Triggers"),
        Right.CONFIGURE,
        (
            N_("When something happens to a deal, if some things are true, after a while, do this, unless …"),
            N_("New trigger asks step by step; What it did shows the last ten times and the next ten."),
        ),
        (
            '/triggers add when stage "Offer sent" after 10 min unless answered send: Any news, {name}?',
            "/triggers 7 · /triggers 7 off · /triggers 7 delete",
        ),
    ),
    "settings": Topic(
        N_("Settings"),
        Right.CONFIGURE,
        (N_("The currency, and what everybody chooses from: tags, reasons for losing, kinds of tasks."),),
        (
            "/settings currency EUR",
            "/settings add reason Wrong city · /settings remove task Meeting",
            "/settings rename tag vip: gold · /settings merge tag regular: gold",
            "/webchat site https://shop.example · /webchat colour #2f5d4e",
        ),
    ),
}


def make_router() -> Router:
    """The router of this screen."""
    router = Router(name="help")
    router.message.register(help_, Command("help"))
    router.callback_query.register(help_pressed, callbacks.Help.filter())
    return router


async def help_(message: Message, by: Staff, t: Texts) -> Screen:
    """Who somebody is here, what he may do, and the topics."""
    return Screen(_overview(t, by), menu=by)


async def help_pressed(press: CallbackQuery, callback_data: callbacks.Help, by: Staff, t: Texts) -> Screen:
    """One topic, or back to all of them, in the same message."""
    if not callback_data.topic:
        return Screen(_overview(t, by), instead=True)
    topic = TOPICS.get(callback_data.topic)
    if topic is None:
        raise Unreadable(part=callback_data.topic, example="/help")
    if not by.may(topic.right):
        raise NotAllowed
    return Screen(topic_screen(t, topic), instead=True)


def _overview(t: Texts, by: Staff) -> dict[str, Any]:
    offered = [(t(one.heading), callbacks.Help(topic=name)) for name, one in TOPICS.items() if by.may(one.right)]
    rows: Buttons = [offered[start : start + IN_ROW] for start in range(0, len(offered), IN_ROW)]
    return content(Text(greeting(t, by), "\n\n", t("How it works:")), rows)


def topic_screen(t: Texts, topic: Topic) -> dict[str, Any]:
    """One topic: its sentences, and what can be typed."""
    lines = [*(t(one) for one in topic.sentences), *topic.lines]
    words = Text(Bold(t(topic.heading)), *(f"\n{line}" for line in lines))
    return content(words, [[(t("Back"), callbacks.Help())]])
