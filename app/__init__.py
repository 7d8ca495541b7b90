"""The composition root: the command line, the wiring and the story; nobody imports it."""
