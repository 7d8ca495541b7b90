"""Alembic migrations, numbered; no rules of the domain."""
