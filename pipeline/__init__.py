"""Deals, stages and the staff who work on them; may import inbox, never the reverse."""
