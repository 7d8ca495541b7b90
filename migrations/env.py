"""Runs the migrations on a connection that `app.migrating` hands over; reads no settings of its own."""

from alembic import context

# Every module that has tables fills the metadata.
import core.choices  # noqa: F401
import pipeline.models  # noqa: F401
import triggers.models  # noqa: F401
from core.database import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
