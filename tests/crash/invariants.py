"""Judges what is left behind by all rules of reliability; each broken one is named with what it does not hold for."""

from tests.crash.evidence import Evidence
from tests.crash.rules import acting, keeping, sending, taking_in, working
from tests.crash.rules.broken import Broken

RULES = (*taking_in.RULES, *sending.RULES, *working.RULES, *acting.RULES, *keeping.RULES)


def broken(evidence: Evidence, *, fair: bool = False) -> list[Broken]:
    """The rules that do not hold; `fair` where the same people were on shift all the time."""
    asked = (*RULES, working.fair) if fair else RULES
    return [one for rule in asked for one in rule(evidence)]


def check(evidence: Evidence, *, fair: bool = False) -> None:
    """Pass, or fail with all that does not hold."""
    found = broken(evidence, fair=fair)
    assert not found, "\n".join(map(str, found))
