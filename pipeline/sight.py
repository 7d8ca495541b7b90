"""Who sees which deals and talks, asked once for many people; what is shown of them is not known here."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, select

from core.database import UnitOfWork
from pipeline.deals import Whose, is_visible_to
from pipeline.models import deal, membership
from pipeline.staff.rights import Staff

Members = Mapping[int, Collection[int]]


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose some deals were at an instant, and who worked where.

    `talks` are the open deals of conversations, `members` the pipelines that people work in, by person.
    """

    deals: Mapping[int, Whose] = field(default_factory=dict)
    talks: Mapping[int, Collection[Whose]] = field(default_factory=dict)
    members: Members = field(default_factory=dict)

    def __or__(self, later: "Sight") -> "Sight":
        """All that both know, as the later one does where they differ."""
        return Sight({**self.deals, **later.deals}, {**self.talks, **later.talks}, later.members or self.members)

    def deals_seen(self, by: Staff) -> set[int]:
        """Which of the deals somebody sees."""
        his = self.members.get(by.id, ())
        return {deal_id for deal_id, whose in self.deals.items() if is_visible_to(by, whose, his)}

    def sees_talk(self, by: Staff, conversation_id: int) -> bool:
        """Whether somebody sees an open deal of a conversation."""
        his = self.members.get(by.id, ())
        return any(is_visible_to(by, whose, his) for whose in self.talks.get(conversation_id, ()))

    def saw(self, by: Staff, deal_id: int, before: Collection[int | None]) -> bool:
        """Whether somebody saw a deal while it was theirs; None is nobody, whose deals all see who work there."""
        if by.id in before:
            return True
        whose = self.deals.get(deal_id)
        return None in before and whose is not None and whose.pipeline_id in self.members.get(by.id, ())


async def sight_of_deals(uow: UnitOfWork, deal_ids: Collection[int]) -> Sight:
    """Who sees deals."""
    if not deal_ids:
        return Sight()
    columns = (deal.c.id, deal.c.assignee_id, deal.c.pipeline_id)
    rows = await uow.rows(select(*columns).where(deal.c.id.in_(sorted(deal_ids))))
    return Sight(deals={row.id: Whose(row.assignee_id, row.pipeline_id) for row in rows}, members=await members(uow))


async def sight_of_talks(uow: UnitOfWork, conversation_ids: Collection[int]) -> Sight:
    """Who sees conversations."""
    columns = (deal.c.conversation_id, deal.c.assignee_id, deal.c.pipeline_id)
    its = and_(deal.c.conversation_id.in_(sorted(conversation_ids)), deal.c.closed_at.is_(None))
    talks: defaultdict[int, list[Whose]] = defaultdict(list)
    for row in await uow.rows(select(*columns).where(its).distinct()):
        talks[row.conversation_id].append(Whose(row.assignee_id, row.pipeline_id))
    return Sight(talks=talks, members=await members(uow))


async def members(uow: UnitOfWork) -> Members:
    """The pipelines that people work in, by person."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for row in await uow.rows(select(membership.c.staff_id, membership.c.pipeline_id)):
        found[row.staff_id].add(row.pipeline_id)
    return found
