"""The deal is worth at least so much, or less."""

from typing import Annotated, Literal

from pydantic import Field

from core.money import Money
from core.texts import N_, Texts
from triggers.parts import Asks, DealCondition, Kind, Names, World

_CHOICES = {"at_least": N_("at least so much"), "below": N_("less than that")}


def stored_sum(money: Money) -> str:
    """A sum as a part keeps it: minor units and currency."""
    return f"{money.minor} {money.currency}"


class AmountIs(DealCondition):
    """The deal's amount is of this currency and reaches the sum, or stays below; no amount does neither."""

    kind = "amount"
    label = N_("the deal's amount")

    sum: Annotated[str, Field(pattern=r"^\d{1,16} [A-Z]{3}$"), Asks(Kind.MONEY, N_("Sum"))]
    way: Annotated[Literal["at_least", "below"], Asks(Kind.CHOICE, N_("Which"), _CHOICES)]

    @property
    def money(self) -> Money:
        """The sum."""
        minor, currency = self.sum.split()
        return Money(int(minor), currency)

    def true_of(self, world: World) -> bool:
        if world.amount is None or world.currency != self.money.currency:
            return False
        return (world.amount >= self.money.minor) == (self.way == "at_least")

    def told(self, t: Texts, names: Names) -> str:
        amount = t.money(*self.money)
        if self.way == "at_least":
            return t("the deal is worth {amount} or more", amount=amount)
        return t("the deal is worth less than {amount}", amount=amount)
