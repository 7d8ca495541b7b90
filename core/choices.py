"""What a company has chosen for itself, by name; what a choice means is said where it is used."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import JSON, Column, String, Table, bindparam, select

from core.database import UnitOfWork, metadata
from core.journal import insert, insert_or_ignore

setting = Table(
    "setting", metadata, Column("name", String, primary_key=True), Column("value", JSON(none_as_null=False))
)


async def chosen(uow: UnitOfWork, name: str) -> Any:
    """What was chosen, None where nothing was."""
    return await uow.value(select(setting.c.value).where(setting.c.name == name))


async def chosen_of(uow: UnitOfWork, names: Collection[str]) -> dict[str, Any]:
    """What was chosen of several things."""
    rows = await uow.rows(_OF, {"names": sorted(names)})
    return {row.name: row.value for row in rows}


_OF = select(setting).where(setting.c.name.in_(bindparam("names", expanding=True)))


async def choose(uow: UnitOfWork, name: str, value: Any) -> None:
    """Choose something else; it must be JSON."""
    statement = insert(uow, setting).values(name=name, value=value)
    await uow.execute(
        statement.on_conflict_do_update(index_elements=[setting.c.name], set_={"value": statement.excluded.value})
    )


async def choose_once(uow: UnitOfWork, name: str, value: Any) -> bool:
    """Choose something unless anything was chosen before; whether it was done."""
    result = await uow.execute(insert_or_ignore(uow, setting).values(name=name, value=value))
    return result.rowcount == 1
