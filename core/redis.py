"""Redis: the connection, the names of its keys and the wake-ups; holds no truth and no jobs."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import RedisError

LONGEST_WAIT = 1.0
RECONNECT_EVERY = 0.5
# A ring is kept for whoever comes to wait for it; what is rung in other processes may have nobody here, ever.
MOST_BELLS = 1_000

log = structlog.get_logger()


class Keys:
    """Every name we use inside Redis."""

    WAKE_UPS = "voronka:wake-ups"
    DUE = "voronka:due"
    CLAIMED = "voronka:claimed"
    FILLED = "voronka:filled"


def connect(url: str) -> Redis:
    """A client none of whose waits outlasts a second; nothing is dialled before its first command."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=LONGEST_WAIT,
        socket_connect_timeout=LONGEST_WAIT,
        health_check_interval=15,
        # A pooled connection may have died with a restarted server, so one fresh dial is due; a hung server gets none.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisAway,)),
    )


class Wakeups:
    """Tells waiting loops, here and in other processes, that there is work; a lost ring costs them one sweep.

    `degraded` is true while other processes can't be heard; rings inside this one always work.
    """

    def __init__(self, redis: Redis | None) -> None:
        self._redis = redis
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._listeners: defaultdict[str, list[Callable[[str], None]]] = defaultdict(list)
        self._name = uuid.uuid4().hex
        self.degraded = False

    async def ring(self, *topics: str) -> None:
        """Wake whoever waits for these topics; never raises for Redis and takes a second at most."""
        self._wake(topics)
        if self._redis is None or self.degraded:
            return
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(LONGEST_WAIT):
                await self._redis.publish(Keys.WAKE_UPS, " ".join((self._name, *topics)))

    def ring_here(self, topic: str) -> None:
        """Wake who waits for a topic in this process only."""
        self._wake([topic])

    async def wait(self, topic: str, timeout: float) -> None:
        """Return once the topic has rung since the last wait on it, or after `timeout` seconds."""
        bell = self._bells[topic]
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await bell.wait()
        bell.clear()

    def listen(self, family: str, hear: Callable[[str], None]) -> None:
        """Have `hear` called with the rest of every topic "FAMILY:rest" that is rung; nobody waits for such a one."""
        self._listeners[family].append(hear)

    async def run(self) -> None:
        """Hear the other processes until cancelled, through any absence of Redis; local wake-ups need no run."""
        if (redis := self._redis) is None:
            return
        # The exponential backoffs of redis-py overflow after a thousand failures in a row.
        retry = Retry(ConstantBackoff(RECONNECT_EVERY), retries=-1, supported_errors=(RedisError,))
        await retry.call_with_retry(lambda: self._listen(redis), self._lost)

    async def _listen(self, redis: Redis) -> None:
        task = asyncio.current_task()
        async with redis.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(Keys.WAKE_UPS)
            self._found()
            # Python 3.11's wait_for, used inside redis-py, may swallow a cancellation; the task remembers it.
            while task and not task.cancelling():
                message = await subscription.get_message(timeout=LONGEST_WAIT)
                if message is None:
                    await redis.ping()  # a hung server keeps its sockets open and is just silent
                else:
                    self._heard(message["data"])

    def _heard(self, data: str) -> None:
        sender, *topics = data.split()
        if sender != self._name:
            self._wake(topics)

    def _found(self) -> None:
        if self.degraded:
            log.info("Redis is back")
        self.degraded = False
        self._wake(self._bells)  # whatever was rung while we were deaf

    async def _lost(self, error: Exception) -> None:
        if not self.degraded:
            log.warning("Redis is away, waiting loops fall back to their sweeps", error=str(error))
        self.degraded = True

    def _wake(self, topics: Iterable[str]) -> None:
        for topic in topics:
            family, _, rest = topic.partition(":")
            if family in self._listeners:
                for hear in self._listeners[family]:
                    hear(rest)
            elif topic in self._bells or len(self._bells) < MOST_BELLS:
                self._bells[topic].set()
