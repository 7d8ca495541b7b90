"""Measurements beside a reference, one line a goal; no assertion of behaviour."""
