"""A Bot API server for tests: a program of its own over plain HTTP; it knows nothing of the product it is used to test.

`python -m tests.botapi --port 0` starts it, `tests.botapi.client` steers it, and any unpatched client of the Bot API
talks to it:

    async with BotApi.connect(base) as api:                      # a bot that no other test uses
        anna = await api.user(7001, "Anna")
        ...                                                      # start the program with api.base and api.token
        await anna.start("spring-ad")
        card = await anna.sees("Welcome", button="Prices")
        answer = await anna.presses(card.id, "Prices")
        await api.fault("accepted_no_answer", method="sendMessage", chat_id=anna.id)
        await api.wait_ledger(kind="accepted", method="sendMessage", text_contains="9 EUR")

Every bot (the digits of its token) is a world of its own: its people, chats, updates, faults, limits and
ledger are shared with no other bot, so tests that run side by side on one server never meet.

Where Telegram forgives, this server does not: a field that a method does not have is refused, so that mistakes show. It
has private chats only: no groups, topics and channels; it sends nothing to webhooks, downloads nothing from other
hosts, reads HTML but not Markdown, and finds no links or names in plain texts by itself.
"""
