"""Runs the migrations on a connection that `app.migrating` hands over; reads no settings of its own."""

from alembic import context

import pipeline.models  # noqa: F401 - the tables fill the metadata
from core.database import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
