"""A small company at work in a running program: its admin, its operators, its customers; each test tells its story."""

import itertools
import re
from pathlib import Path

from tests.botapi.client import BotApi, ChatMessage, User
from tests.running.forked import ForkedProgram
from tests.running.program import Program
from tests.running.rows import Rows

ADMIN_ID = 500
# All of them as long as each other, so that no name is the beginning of another.
_NUMBERS = itertools.count(1001)
_LINK = re.compile(r"https://t\.me/voronka_test_bot\?start=(inv_\S+)")
_DEAL = re.compile(r"#(\d+)")

DEAL_OF = "SELECT deal.id FROM deal JOIN contact ON contact.id = deal.contact_id WHERE contact.name = :name"
OPEN_DEALS = "SELECT id FROM deal WHERE closed_at IS NULL ORDER BY id"
POSTED = "SELECT outgoing_id FROM posted WHERE chat_key = :chat AND external_id = :id"
ON_SHIFT = "SELECT name FROM staff WHERE on_shift_since IS NOT NULL"


def number_in(text: str) -> int:
    """The number of the deal that a card or a notice is about."""
    found = _DEAL.search(text)
    assert found is not None, text
    return int(found[1])


class Shop:
    """A company of one bot. Every person's name is its own, so that whatever names him is found by it."""

    def __init__(self, api: BotApi, program: Program, rows: Rows) -> None:
        self.api = api
        self.program = program
        self.rows = rows
        self.admin: User
        self.staff: list[User] = []

    @classmethod
    def in_folder(
        cls, folder: Path, api: BotApi, database_url: str, *, nursery: Path | None = None, **settings: str
    ) -> "Shop":
        """A shop whose program was never started; with a nursery its processes are forked there."""
        told = {
            "TELEGRAM_API_BASE": api.base,
            "TELEGRAM_BOT_TOKEN": api.token,
            "TELEGRAM_ADMIN_IDS": str(ADMIN_ID),
            "DATABASE_URL": database_url,
        }
        told |= settings
        program = ForkedProgram(folder, nursery, **told) if nursery else Program(folder, **told)
        return cls(api, program, Rows(database_url))

    async def open(self) -> "Shop":
        """Start the program and let the admin say hello."""
        await self.program.start()
        self.admin = await self.person("Ada", user_id=ADMIN_ID)
        await self.admin.start()
        await self.admin.sees("/staff")
        self.staff.append(self.admin)
        return self

    async def person(self, name: str, *, user_id: int | None = None, language: str | None = "en") -> User:
        """Somebody with Telegram, whom the company does not know yet."""
        number = next(_NUMBERS)
        return await self.api.user(user_id or 10_000 + number, f"{name}-{number}", language_code=language)

    async def customers(self, *names: str) -> list[User]:
        """Some people at once."""
        return [await self.person(name) for name in names]

    async def writers(self, *names: str) -> list[User]:
        """New customers who have written, one after the other; nothing of it is left to be told to a page."""
        found = await self.customers(*names)
        for one in found:
            await one.sends("Hello")
            await self.settled()
        return found

    async def deal_of(self, customer: User) -> int:
        """The number of a customer's deal, once there is one."""
        found = await self.rows.until(DEAL_OF, bool, name=customer.first_name)
        return int(found[0][0])

    async def invitation(self, button: str = "Invite an operator") -> str:
        """What the admin's link gives to the bot."""
        asked = await self.admin.sends("/staff")
        people = await self.admin.sees("work", after=asked, button=button)
        await self.admin.presses(people.id, button)
        link = _LINK.search((await self.admin.sees("t.me/", after=asked)).text)
        assert link is not None
        return link[1]

    async def operator(self, name: str, *, language: str = "en", button: str = "Invite an operator") -> User:
        """A new member of the staff, let in by a link."""
        person = await self.person(name, language=language)
        await person.start(await self.invitation(button))
        await person.sees(person.first_name)
        self.staff.append(person)
        return person

    async def on_shift(self, *people: User) -> None:
        """These come on shift, in this order."""
        for one in people:
            asked = await one.sends("/shift on")
            await one.sees("You are on shift", after=asked)

    async def off_shift(self, *people: User) -> None:
        """These go off shift."""
        for one in people:
            asked = await one.sends("/shift off")
            await one.sees("You are off shift", after=asked)

    async def handed(self, name: str, to: User, text: str = "Hello") -> tuple[User, ChatMessage]:
        """A new customer and his card in the chat of the only one on shift."""
        customer = await self.person(name)
        await customer.sends(text)
        return customer, await self.card(customer, to, button="Stage")

    async def card(self, of: User, to: User, *, after: int = 0, button: str | None = None) -> ChatMessage:
        """The card of a customer's deal in somebody's chat, or the newest one above `after`."""
        return await self.posted(to, f"{of.first_name} · #", after=after, button=button)

    async def posted(self, to: User, text: str, *, after: int = 0, button: str | None = None) -> ChatMessage:
        """A card or a relayed message, once a reply to it will be understood."""
        seen = await to.sees(text, after=after, button=button)
        # Nobody replies within the few milliseconds that the answer of the messenger takes to be stored.
        await self.rows.until(POSTED, bool, chat=str(to.id), id=str(seen.id))
        return seen

    async def assigned(self, customer: User) -> str | None:
        """Who has a customer's newest deal."""
        name: str | None = await self.rows.value(
            "SELECT staff.name FROM deal JOIN contact ON contact.id = deal.contact_id"
            " LEFT JOIN staff ON staff.id = deal.assignee_id WHERE contact.name = :name ORDER BY deal.id DESC",
            name=customer.first_name,
        )
        return name

    async def settled(self, *, within: float = 15.0) -> None:
        """Wait until what anybody has sent is taken in, and nothing of it is left to hand on, to show or to send."""
        await self.api.wait_acknowledged(timeout=within)
        await self.rows.settled(within=within)

    async def tidy(self) -> None:
        """End every shift and every deal, as the next test expects it."""
        await self.api.clear_faults()
        await self.api.release_updates()
        await self.settled()
        at_work = {name for (name,) in await self.rows.all(ON_SHIFT)}
        await self.off_shift(*(one for one in self.staff if one.first_name in at_work))
        await self.settled()
        for (deal,) in await self.rows.all(OPEN_DEALS):
            await self.admin.sends(f'/deal {deal} close "not a lead"')
        await self.rows.until(OPEN_DEALS, lambda found: not found)
        await self.settled()
