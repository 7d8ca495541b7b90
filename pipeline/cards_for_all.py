"""Cards for many people at once: read as whoever sees everything sees them, and told to each as far as he may see."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from core.database import UnitOfWork
from pipeline.cards import Card, cards_read, is_hidden, talks_by_hand
from pipeline.deals import Whose, is_visible_to
from pipeline.models import deal
from pipeline.sight import members
from pipeline.staff.rights import Staff


@dataclass(frozen=True, slots=True)
class CardsForAll:
    """Cards as they were at an instant.

    `members` are the pipelines that people work in, by person; `beside` are all deals of the talks of those cards that
    were opened by hand, by conversation.
    """

    at: datetime
    cards: Mapping[int, Card]
    members: Mapping[int, Collection[int]]
    beside: Mapping[int, Sequence[Whose]]

    def as_seen_by(self, by: Staff) -> dict[int, Card]:
        """What `pipeline.board.cards` would have told somebody at that instant, by deal."""
        his = self.members.get(by.id, ())
        hidden = {talk for talk, deals in self.beside.items() if not all(is_visible_to(by, one, his) for one in deals)}
        return {
            deal_id: replace(card, last=None, waiting=0, unseen=0) if is_hidden(card.deal, hidden) else card
            for deal_id, card in self.cards.items()
            if is_visible_to(by, Whose(card.deal.assignee_id, card.deal.pipeline_id), his)
        }


async def cards_for_all(uow: UnitOfWork, deal_ids: Collection[int]) -> CardsForAll:
    """Cards of deals and who may see them, whoever he is, in a fixed number of queries."""
    cards = await cards_read(uow, deal_ids)
    beside: defaultdict[int, list[Whose]] = defaultdict(list)
    if talks := talks_by_hand(card.deal for card in cards.values()):
        its = deal.c.conversation_id.in_(sorted(talks))
        for row in await uow.rows(select(deal.c.conversation_id, deal.c.assignee_id, deal.c.pipeline_id).where(its)):
            beside[row.conversation_id].append(Whose(row.assignee_id, row.pipeline_id))
    return CardsForAll(uow.now, cards, await members(uow), beside)
