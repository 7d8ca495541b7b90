"""The whole product on one screen: what happens, and what follows from it, in this order, in one transaction."""

from bot import alerts, marks, notify
from core.relay import EventParked, Story
from inbox.events import (
    ChannelPaused,
    ConversationStarted,
    MessageDelivered,
    MessageFailed,
    MessageReceived,
    MessageUnconfirmed,
    MessageWritten,
    NoticeFailed,
    UpdateParked,
)
from pipeline import opening
from pipeline.events import DealAssigned, DealClosed, DealReturned, ShiftEnded, StaffJoined, StageEntered
from pipeline.staff import shifts

STORY: Story = {
    # customers
    ConversationStarted: [alerts.on_conversation_started],
    MessageReceived: [opening.open_deals, notify.on_message_received],
    # deals
    DealAssigned: [notify.on_deal_assigned, alerts.on_deal_left],
    DealReturned: [notify.on_deal_changed],
    StageEntered: [notify.on_deal_changed],
    DealClosed: [notify.on_deal_changed, alerts.on_deal_left, shifts.hand_out_after_closing],
    # answers
    MessageWritten: [notify.on_message_written, marks.on_message_written],
    MessageDelivered: [marks.on_message_delivered],
    MessageFailed: [marks.on_message_failed],
    MessageUnconfirmed: [marks.on_message_unconfirmed],
    # people and the installation
    StaffJoined: [alerts.on_staff_joined],
    ShiftEnded: [alerts.on_shift_ended],
    NoticeFailed: [marks.on_notice_failed],
    EventParked: [alerts.on_event_parked],
    UpdateParked: [alerts.on_update_parked],
    ChannelPaused: [alerts.on_channel_paused],
}
