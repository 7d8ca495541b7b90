"""Many customers and several operators at once: what each one gets is whole, once, as it is now, and in order."""

import asyncio
import random
import re
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.botapi.client import ChatMessage, Part, User
from tests.running.conftest import opened
from tests.running.shop import Shop

CUSTOMERS, OPERATORS = 100, 10
# Messages in each chat, the customer's and the operator's; of an album each part counts.
ASKED, ANSWERED = 38, 12
# How often an operator looks at his chat while he answers.
LOOKS = 6
LONG = 150.0
TROUBLE = ("To whom?", "❗", "❔", "Something went wrong", "could not be understood", "not available")

OWNERS = """
    SELECT contact.name, staff.name FROM deal JOIN contact ON contact.id = deal.contact_id
    LEFT JOIN staff ON staff.id = deal.assignee_id
"""
POSTED = "SELECT external_id FROM posted WHERE chat_key = :chat"
STORED = "SELECT count(*) FROM message WHERE direction = :direction"
NOT_WELL = "SELECT id, op, state, reason FROM outgoing WHERE state NOT IN ('sent', 'cancelled') OR reason = 'gave_up'"


@dataclass
class Side:
    """All that one person says to another: texts, photos and albums with a number each, and a version after a dot."""

    name: str
    says: User
    seed: int
    ids: list[int] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Whoever comes first, each says the same for the same seed.
        self.chance = random.Random(f"{self.seed} {self.name}")

    def _words(self, number: int) -> str:
        return f"{self.name}.{number}.{self.versions[number - 1]}."

    def _new(self, kind: str, several: int = 1) -> list[str]:
        first = len(self.versions) + 1
        self.versions += [0] * several
        self.kinds += [kind] * several
        return [self._words(number) for number in range(first, first + several)]

    async def goes_on(self, *, most: int, reply_to: int | None = None) -> None:
        """Say one more thing, as many as `most` messages of it, or change what was said."""
        match self.chance.choices(("text", "photo", "album", "edit"), (60, 12, 8, 20))[0]:
            case "edit" if self.ids:
                number = self.chance.randint(max(1, len(self.ids) - 7), len(self.ids))
                self.versions[number - 1] += 1
                await self.says.edits(self.ids[number - 1], self._words(number))
            case "album" if most >= 3:
                parts = [Part(kind="photo", caption=words) for words in self._new("photo", 3)]
                self.ids += await self.says.sends_album(parts, reply_to=reply_to)
            case "photo":
                self.ids.append(await self.says.sends_photo(*self._new("photo"), reply_to=reply_to))
            case _:
                self.ids.append(await self.says.sends(*self._new("text"), reply_to=reply_to))

    def heard_in(self, chat: Sequence[ChatMessage]) -> dict[int, list[tuple[ChatMessage, int]]]:
        """Where each number is told in a chat and in which version, in the order in which they come first."""
        heard: dict[int, list[tuple[ChatMessage, int]]] = defaultdict(list)
        for one in chat:
            if one.from_bot:
                for number, version in re.findall(rf"\b{self.name}\.(\d+)\.(\d+)\.", one.text):
                    heard[int(number)].append((one, int(version)))
        return heard


@dataclass
class Talk:
    """One customer and the operator who answers him."""

    asked: Side
    answered: Side

    async def asks(self) -> None:
        """The customer writes all that he has to say."""
        while len(self.asked.ids) < ASKED:
            await self.asked.goes_on(most=ASKED - len(self.asked.ids))


async def answers(shop: Shop, operator: User, talks: Sequence[Talk]) -> None:
    """Reply to what customers wrote, one after the other, to what is newest in the chat at a look."""
    for look in range(1, LOOKS + 1):
        known = {int(external_id) for (external_id,) in await shop.rows.all(POSTED, chat=str(operator.id))}
        chat = [one for one in await operator.chat() if one.id in known]
        for talk in talks:
            told = [places[-1][0].id for places in talk.asked.heard_in(chat).values()]
            while len(talk.answered.ids) < ANSWERED * look // LOOKS:
                left = ANSWERED - len(talk.answered.ids)
                await talk.answered.goes_on(most=left, reply_to=talk.answered.chance.choice(told[-3:]))


async def opened_talks(shop: Shop, seed: int) -> dict[User, list[Talk]]:
    """Everybody has said hello and has somebody who answers."""
    operators = [await shop.operator("Boris") for _ in range(OPERATORS)]
    await shop.on_shift(*operators)
    people = [await shop.person("Anna") for _ in range(CUSTOMERS)]
    talks: dict[User, list[Talk]] = {operator: [] for operator in operators}
    asking = [Side(f"Q{place}", one, seed) for place, one in enumerate(people)]
    for one in asking:
        one.ids.append(await one.says.sends(*one._new("text")))
    await shop.rows.until(OWNERS, lambda found: len(found) == CUSTOMERS and all(name for _, name in found), within=30)
    await shop.settled(within=30)
    owners: dict[str, str] = dict(await shop.rows.all(OWNERS))
    named = {one.first_name: one for one in operators}
    for place, one in enumerate(asking):
        operator = named[owners[one.says.first_name]]
        talks[operator].append(Talk(one, Side(f"A{place}", operator, seed)))
    return talks


def check(side: Side, chat: Sequence[ChatMessage]) -> None:
    """All that was said is there, in order, and once, and says what it says now."""
    told = side.heard_in(chat)
    # The card that a photo begins quotes its words as well.
    heard = {number: [at for at in places if at[0].kind == side.kinds[number - 1]] for number, places in told.items()}
    assert list(heard) == list(range(1, len(side.ids) + 1)), side.name
    for number, ((first, _), *again) in heard.items():
        told_in = {one.id for one in chat if one.id == first.id or (first.album and one.album == first.album)}
        for line, _ in again:
            # What cannot be changed in place is told anew, silently, and replies to what it was.
            assert (line.silent, line.reply_to in told_in) == (True, True), (side.name, number, str(line))
            told_in.add(line.id)
        assert len(again) <= side.versions[number - 1], (side.name, number)
        quoted = {version for one, version in told[number] if one.kind != side.kinds[number - 1]}
        assert quoted <= {side.versions[number - 1]}, (side.name, number)
        assert heard[number][-1][1] == side.versions[number - 1], (
            side.name,
            number,
            [str(one) for one, _ in heard[number]],
        )


async def test_everything_arrives_once_in_order_and_as_it_is_now(
    tmp_path: Path, bot_api_server: str, nursery_socket: Path, database_url: str
) -> None:
    seed = secrets.randbits(32)
    print(f"the seed is {seed}")  # noqa: T201 - whoever sees this test fail needs it
    async with opened(bot_api_server, tmp_path, database_url, nursery=nursery_socket, LOG_LEVEL="INFO") as shop:
        talks = await opened_talks(shop, seed)
        everybody = [talk for theirs in talks.values() for talk in theirs]
        async with asyncio.TaskGroup() as group:
            for talk in everybody:
                group.create_task(talk.asks())
            for operator, theirs in talks.items():
                group.create_task(answers(shop, operator, theirs))
        await shop.settled(within=LONG)
        for operator, theirs in talks.items():
            chat = await operator.chat()
            assert not [str(one) for one in chat if one.from_bot and any(words in one.text for words in TROUBLE)]
            for talk in theirs:
                check(talk.asked, chat)
        for talk in everybody:
            chat = await talk.asked.says.chat()
            check(talk.answered, chat)
            assert len([one for one in chat if one.from_bot]) == ANSWERED
        assert len(await shop.rows.all(OWNERS)) == CUSTOMERS
        assert await shop.rows.value(STORED, direction="in") == CUSTOMERS * ASKED
        assert await shop.rows.value(STORED, direction="out") == CUSTOMERS * ANSWERED
        assert await shop.rows.all(NOT_WELL) == []
        assert await shop.api.ledger(kind="refused") == []
