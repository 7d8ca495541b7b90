"""An operator answers, and his words reach the customer whom he meant."""

import pytest

from tests.running.shop import Shop, number_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_reply_to_the_card_reaches_the_customer(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    answer = await boris.sends("Yes, it is.", reply_to=card.id)
    assert (await anna.sees("Yes, it is.")).text == "Yes, it is."
    await boris.sees_reaction(answer, "👌")
    assert (await boris.sees("Answered")).id == card.id


async def test_his_message_is_marked_when_stored_and_again_when_delivered(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    held = await shop.api.fault("hold", method="sendMessage", chat_id=anna.id)
    answer = await boris.sends("Yes, it is.", reply_to=card.id)
    await boris.sees_reaction(answer, "👀")
    await held.release()
    await boris.sees_reaction(answer, "👌")


async def test_a_reply_to_a_relayed_message_answers_that_message(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    question = await anna.sends("In red?")
    relayed = await shop.posted(boris, "In red?")
    assert relayed.text == f"{anna.first_name} · #{number_in(card.text)}\nIn red?"
    assert relayed.reply_to == card.id
    await boris.sends("In red, too.", reply_to=relayed.id)
    assert (await anna.sees("In red, too.")).reply_to == question


async def test_in_an_open_conversation_he_just_types_until_it_is_done(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await boris.presses(card.id, "Answer")
    opened = await boris.sees(f"You are talking to {anna.first_name} (#{number_in(card.text)}).", button="Done")
    await boris.sends("First")
    await boris.sends("Second")
    first, second = await anna.sees("First"), await anna.sees("Second")
    assert first.id < second.id
    await boris.presses(opened.id, "Done")
    await boris.sees(f"You are no longer talking to {anna.first_name}")
    typed = await boris.sends("For nobody")
    await boris.sees("To whom?", after=typed)
    await shop.settled()
    assert not [message for message in await anna.chat() if message.text == "For nobody"]


async def test_a_reply_to_another_customer_goes_there_and_does_not_switch(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    bela, other = await shop.handed("Bela", boris)
    await boris.presses(card.id, "Answer")
    await boris.sends("For Bela", reply_to=other.id)
    await boris.sends("For Anna")
    await bela.sees("For Bela")
    await anna.sees("For Anna")


async def test_messages_of_others_can_be_switched_to(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    bela, _ = await shop.handed("Bela", boris)
    await boris.presses(card.id, "Answer")
    await bela.sends("And me?")
    relayed = await boris.sees("And me?", button="Switch")
    await boris.presses(relayed.id, "Switch")
    await boris.sees(f"You are talking to {bela.first_name}")
    await boris.sends("You too")
    await bela.sees("You too")
    assert not [message for message in await anna.chat() if message.text == "You too"]


async def test_typed_without_either_it_is_asked_to_whom_and_sent_on_the_tap(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    bela, _ = await shop.handed("Bela", boris)
    typed = await boris.sends("It costs 9 EUR")
    asked = await boris.sees("To whom?", button=anna.first_name)
    labels = [button.text.split(" ")[0] for row in asked.buttons for button in row]
    assert labels == [bela.first_name, anna.first_name, "Search", "To"]
    await boris.presses(asked.id, anna.first_name)
    await anna.sees("It costs 9 EUR")
    await boris.sees(f"Sent to {anna.first_name} · #{number_in(card.text)}.")
    await boris.sees_reaction(typed, "👌")


async def test_everything_typed_before_the_tap_is_sent_in_its_order(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, _ = await shop.handed("Anna", boris)
    for text in ("one", "two", "three"):
        typed = await boris.sends(text)
        asked = await boris.sees("To whom?", after=typed)
    await boris.presses(asked.id, anna.first_name)
    await anna.sees("three")
    assert [message.text for message in await anna.chat() if message.from_bot] == ["one", "two", "three"]


async def test_what_was_typed_can_go_to_nobody(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, _ = await shop.handed("Anna", boris)
    await boris.sends("Never mind")
    asked = await boris.sees("To whom?")
    await boris.presses(asked.id, "To nobody")
    await boris.sees("Nothing was sent.")
    await shop.settled()
    assert not [message for message in await anna.chat() if message.from_bot]


async def test_answering_a_waiting_deal_takes_it_in_the_same_act(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    card = await shop.card(anna, boris, button="Take")
    await boris.sends("Good morning", reply_to=card.id)
    await anna.sees("Good morning")
    await clara.sees(f"taken by {boris.first_name}")
    assert await shop.assigned(anna) == boris.first_name


async def test_answering_a_colleagues_deal_is_refused_with_his_name_and_the_text_is_kept(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    (anna,) = await shop.customers("Anna")
    await anna.sends("Hello")
    offered, other = await shop.card(anna, boris, button="Take"), await shop.card(anna, clara, button="Take")
    await boris.presses(offered.id, "Take")
    await clara.sees(f"taken by {boris.first_name}")
    await shop.on_shift(clara)
    bela, _ = await shop.handed("Bela", clara)
    await clara.sends("Nine EUR", reply_to=other.id)
    refused = await clara.sees(f"#{number_in(offered.text)}: {boris.first_name} took it", button=bela.first_name)
    assert "your text is kept" in refused.text.lower()
    await shop.settled()
    assert not [message for message in await anna.chat() if message.from_bot]
    await clara.presses(refused.id, bela.first_name)
    await bela.sees("Nine EUR")


async def test_an_admin_answers_any_deal_without_becoming_its_assignee(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    asked = await shop.admin.sends(f"/deal {number_in(card.text)}")
    shown = await shop.card(anna, shop.admin, after=asked)
    assert f"taken by {boris.first_name}" in shown.text
    answer = await shop.admin.sends("The boss speaks", reply_to=shown.id)
    await anna.sees("The boss speaks")
    await shop.admin.sees_reaction(answer, "👌")
    assert await shop.assigned(anna) == boris.first_name


async def test_a_supervisor_answers_any_deal_without_becoming_its_assignee(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    vera = await shop.operator("Vera", button="Invite a supervisor")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await vera.sends(f"/deal {number_in(card.text)}")
    shown = await shop.card(anna, vera)
    await vera.sends("May I?", reply_to=shown.id)
    await anna.sees("May I?")
    assert await shop.assigned(anna) == boris.first_name


async def test_a_customer_who_writes_after_an_answer_brings_the_card_to_the_bottom(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    answer = await boris.sends("Yes", reply_to=card.id)
    await boris.sees_reaction(answer, "👌")
    await anna.sends("Then I take two")
    newer = await shop.card(anna, boris, after=answer, button="Stage")
    assert "Then I take two" in newer.text
    await shop.settled()
    old = next(message for message in await boris.chat() if message.id == card.id)
    assert old.buttons == []
    await boris.sends("Two it is", reply_to=card.id)
    await anna.sees("Two it is")


async def test_a_reply_to_what_is_nobodys_goes_to_nobody_even_in_an_open_conversation(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    bela, other = await shop.handed("Bela", boris)
    await shop.api.fault("400", method="sendMessage", chat_id=bela.id)
    await boris.sends("For Bela", reply_to=other.id)
    told = await boris.sees("Not sent:")
    await boris.presses(card.id, "Answer")
    opened = await boris.sees(f"You are talking to {anna.first_name}")
    await boris.sends("Once more for Bela", reply_to=told.id)
    asked = await boris.sees("To whom?", after=opened.id, button=bela.first_name)
    await boris.presses(asked.id, bela.first_name)
    await bela.sees("Once more for Bela")
    await boris.sends("For Anna")
    await anna.sees("For Anna")
    assert [message.text for message in await anna.chat() if message.from_bot] == ["For Anna"]


async def test_what_cannot_be_sent_does_not_hold_up_what_is_kept(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, _ = await shop.handed("Anna", boris)
    await boris.sends("Nine EUR")
    asked = await boris.sees("To whom?", button=anna.first_name)
    await boris.says({"game": {"title": "Chess", "description": "A game", "photo": []}})
    await boris.sees("This kind of message cannot be sent to a customer.", after=asked.id)
    await boris.presses(asked.id, anna.first_name)
    await anna.sees("Nine EUR")


async def test_the_question_names_all_that_one_tap_will_send(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    await shop.handed("Anna", boris)
    await boris.sends("Typed long ago")
    first = await boris.sees("To whom?")
    await boris.sends("Typed now")
    second = await boris.sees("To whom?", after=first.id)
    assert second.text.splitlines()[1:] == ["Typed long ago", "Typed now"]


async def test_an_older_question_sends_nothing_that_was_typed_after_it(shop: Shop) -> None:
    boris = await shop.operator("Boris")
    await shop.on_shift(boris)
    anna, _ = await shop.handed("Anna", boris)
    bela, _ = await shop.handed("Bela", boris)
    await boris.sends("For Anna")
    first = await boris.sees("To whom?")
    await boris.sends("For Bela")
    second = await boris.sees("To whom?", after=first.id)
    await boris.presses(first.id, anna.first_name)
    await boris.presses(second.id, bela.first_name)
    await bela.sees("For Bela")
    await shop.settled()
    assert [message.text for message in await anna.chat() if message.from_bot] == ["For Anna"]
    assert [message.text for message in await bela.chat() if message.from_bot] == ["For Bela"]


async def test_what_failed_is_not_sent_again_to_a_colleagues_customer(shop: Shop) -> None:
    boris, clara = await shop.operator("Boris"), await shop.operator("Clara")
    await shop.on_shift(boris)
    anna, card = await shop.handed("Anna", boris)
    await shop.api.fault("400", method="sendMessage", chat_id=anna.id)
    await boris.sends("Nine EUR", reply_to=card.id)
    told = await boris.sees("Not sent:", button="Retry")
    typed = await boris.sends(f"/deal {number_in(card.text)} close won")
    await boris.sees("Won", after=typed)
    await shop.off_shift(boris)
    await shop.on_shift(clara)
    await anna.sends("Hello again")
    await shop.card(anna, clara, button="Stage")
    retry = next(button.callback_data for button in told.buttons[0] if button.text == "Retry")
    assert f"{clara.first_name} took it" in ((await boris.presses_data(told.id, retry or "")).text or "")
    await shop.settled()
    assert not [message for message in await anna.chat() if message.from_bot]
