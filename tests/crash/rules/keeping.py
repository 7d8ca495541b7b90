"""The database is sound and nothing that is secret stands where it must not: I11 and I14."""

from collections.abc import Iterator

from tests.crash.evidence import Evidence
from tests.crash.rules.broken import Broken, unless_none


def the_store_is_sound(evidence: Evidence) -> Iterator[Broken]:
    """I11."""
    yield from unless_none("I11", "the database says", evidence.store_faults)


def secrets_stay_secret(evidence: Evidence) -> Iterator[Broken]:
    """I14."""
    lines = evidence.log.splitlines()
    for word, what in ((evidence.secret, "the token"), (evidence.canary, "a customer's words")):
        yield from unless_none("I14", f"{what} in the log", [n for n, line in enumerate(lines, 1) if word in line])
    tables = [name for name, rows in evidence.rows.items() if any(evidence.secret in str(tuple(row)) for row in rows)]
    yield from unless_none("I14", "the token in the database", tables)
    for word, what in ((evidence.secret, "the token"), (evidence.canary, "a customer's words")):
        if word.encode() in evidence.redis:
            yield Broken("I14", f"{what} in Redis", (evidence.redis.index(word.encode()),))


RULES = (the_store_is_sound, secrets_stay_secret)
