"""An office for each test, on each kind of database."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.office import Office, office


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Office]:
    """An office with one admin, who is off shift."""
    async with office(database_url) as made:
        yield made
