"""One module at a time, with the real servers it talks to."""
