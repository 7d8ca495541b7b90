"""The schema that migrations make."""
