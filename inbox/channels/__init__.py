"""One file for each messenger; nothing is shared here but the place."""
