"""The alarm clock in Redis: names the runs that are due. It is an index of the database and may be lost at any time.

Two sorted sets: what is due when, and what somebody has claimed until when. A mark says that the first one was filled
from the database; with it gone, as after a flush or an empty restart, nobody trusts the sets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis.asyncio import Redis

from core.redis import Keys

# Nearer than this is kept in Redis, the rest in the database alone.
HORIZON = timedelta(hours=1)

# KEYS due, claimed, filled. ARGV now, lease end, most. Answers whether it is filled, when to ask again, what is due.
_CLAIM = """
local filled = redis.call('EXISTS', KEYS[3])
local lapsed = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3] - #lapsed)
local claims = {}
for _, run in ipairs(lapsed) do
  claims[#claims + 1] = ARGV[2]
  claims[#claims + 1] = run
end
for _, run in ipairs(due) do
  claims[#claims + 1] = ARGV[2]
  claims[#claims + 1] = run
end
if #claims > 0 then
  redis.call('ZADD', KEYS[2], unpack(claims))
end
if #due > 0 then
  redis.call('ZREM', KEYS[1], unpack(due))
end
for _, run in ipairs(due) do
  lapsed[#lapsed + 1] = run
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local open = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
local again = first[2] or ''
if open[2] and (again == '' or tonumber(open[2]) < tonumber(again)) then
  again = open[2]
end
return {filled, again, lapsed}
"""
# KEYS due. ARGV score, run, score, run ... Answers whether one of them is the first now.
_SET = """
local before = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
redis.call('ZADD', KEYS[1], unpack(ARGV))
local after = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
return (not before or tonumber(after) < tonumber(before)) and 1 or 0
"""
# Lua can pass so many values to one command.
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Claimed:
    """Runs that are due, for whoever claimed them; `next_at` is when something can be due again."""

    run_ids: list[int]
    next_at: datetime | None
    is_filled: bool


class Alarms:
    """The alarm clock; every call may raise RedisError, OSError or TimeoutError."""

    def __init__(self, redis: Redis, *, lease_seconds: float) -> None:
        self._redis = redis
        self._lease = timedelta(seconds=lease_seconds)
        self._claim = redis.register_script(_CLAIM)
        self._set = redis.register_script(_SET)

    async def set(self, alarms: Mapping[int, datetime]) -> bool:
        """Remember when runs are due; whether one of them comes before all others, so that sleepers must know."""
        earlier = False
        pairs = [value for run_id, at in alarms.items() for value in (at.timestamp(), run_id)]
        for first in range(0, len(pairs), _AT_ONCE):
            earlier |= bool(await self._set([Keys.DUE], pairs[first : first + _AT_ONCE]))
        return earlier

    async def claim(self, now: datetime, *, most: int) -> Claimed:
        """Take runs that are due, for a while: whoever dies with them gives them back by it."""
        filled, again, run_ids = await self._claim(
            [Keys.DUE, Keys.CLAIMED, Keys.FILLED], [now.timestamp(), (now + self._lease).timestamp(), most]
        )
        next_at = datetime.fromtimestamp(float(again), now.tzinfo) if again else None
        return Claimed([int(one) for one in run_ids], next_at, bool(filled))

    async def done(self, run_ids: Sequence[int]) -> None:
        """Forget runs that were claimed."""
        if run_ids:
            await self._redis.zrem(Keys.CLAIMED, *run_ids)

    async def is_filled(self) -> None:
        """Note that everything of the near future is in here."""
        await self._redis.set(Keys.FILLED, 1)
