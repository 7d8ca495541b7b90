"""What ends by itself: an invitation that nobody opened and a conversation in which nobody typed."""

from pathlib import Path

from tests.running.conftest import opened


async def test_an_invitation_and_an_idle_conversation_end_by_themselves(
    tmp_path: Path, bot_api_server: str, nursery_socket: Path, database_url: str
) -> None:
    lengths = {"INVITATION_HOURS": "0.0000001", "IDLE_MINUTES": "0.0001"}
    async with opened(bot_api_server, tmp_path, database_url, nursery=nursery_socket, **lengths) as shop:
        boris = await shop.person("Boris")
        await boris.start(await shop.invitation())
        await boris.sees("This invitation has been used or has expired.")
        await shop.on_shift(shop.admin)
        anna, card = await shop.handed("Anna", shop.admin)
        await shop.admin.presses(card.id, "Answer")
        await shop.admin.sees(f"You are no longer talking to {anna.first_name}")
        typed = await shop.admin.sends("For nobody")
        await shop.admin.sees("To whom?", after=typed)
        await shop.settled()
        assert not [message for message in await anna.chat() if message.from_bot]
