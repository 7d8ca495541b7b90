"""A Bot API server for tests: a program of its own over plain HTTP; it knows nothing of the product it is used to test.

`python -m tests.botapi --port 0` starts it, `tests.botapi.client` steers it, and any unpatched client of the Bot API
talks to it. Every bot (the digits of its token) is a world of its own: its people, chats, updates, faults, limits and
ledger are shared with no other bot, so tests that run side by side on one server never meet.
"""
