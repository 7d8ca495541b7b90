"""The whole product on one screen: what happens, and what follows from it, in this order, in one transaction."""

from bot import alerts, marks, notify, reactions, reminders, retelling
from core.relay import EventParked, Story
from inbox import correcting
from inbox.events import (
    ChangeDelivered,
    ChangeFailed,
    ChannelPaused,
    ContactBlocked,
    ConversationStarted,
    MessageDelivered,
    MessageEdited,
    MessageFailed,
    MessageReacted,
    MessageReceived,
    MessageTakenBack,
    MessageUnconfirmed,
    MessageWithdrawn,
    MessageWritten,
    NoticeFailed,
    UpdateParked,
)
from pipeline import opening
from pipeline.events import (
    AmountSet,
    CustomerNamed,
    DayBegan,
    DealAssigned,
    DealClosed,
    DealOpened,
    DealReopened,
    DealReturned,
    NoteWritten,
    ShiftEnded,
    StaffDisabled,
    StaffJoined,
    StageEntered,
    TagAdded,
    TagRemoved,
    TaskAdded,
    TaskDone,
    TaskDue,
    TaskGiven,
    TaskMoved,
    TaskOverdue,
)
from pipeline.staff import shifts
from pipeline.work import tasks
from triggers import matching, outcome, pausing
from triggers.events import StaffNotified, TriggerPaused

STORY: Story = {
    # customers
    ConversationStarted: [alerts.on_conversation_started],
    ContactBlocked: [matching.on_contact_blocked, alerts.on_contact_blocked],
    MessageReceived: [opening.open_deals, matching.on_events, notify.on_message_received],
    MessageEdited: [retelling.on_message_edited, marks.on_message_edited],
    MessageReacted: [reactions.on_message_reacted],
    # deals
    DealOpened: [matching.on_events, notify.on_deal_opened],
    DealAssigned: [
        tasks.on_deal_assigned,
        matching.on_events,
        notify.on_deal_assigned,
        reminders.on_handed_over,
        alerts.on_deal_left,
    ],
    DealReturned: [tasks.on_deal_returned, notify.on_deal_changed, alerts.on_deal_left],
    StageEntered: [matching.on_events, notify.on_deal_changed],
    DealClosed: [notify.on_deal_changed, alerts.on_deal_left, shifts.hand_out_after_closing],
    DealReopened: [notify.on_deal_changed],
    AmountSet: [notify.on_deal_changed],
    CustomerNamed: [notify.on_deal_changed],
    TagAdded: [matching.on_events, notify.on_deal_changed],
    TagRemoved: [matching.on_events, notify.on_deal_changed],
    NoteWritten: [reminders.on_note_written],
    # tasks
    TaskAdded: [notify.on_deal_changed],
    TaskMoved: [notify.on_deal_changed],
    TaskGiven: [notify.on_deal_changed, reminders.on_task_given],
    TaskDue: [reminders.on_task_due, notify.on_deal_changed],
    TaskOverdue: [matching.on_events, reminders.on_task_overdue, notify.on_deal_changed],
    TaskDone: [matching.on_events, notify.on_deal_changed],
    DayBegan: [reminders.on_day_began],
    # answers
    MessageWritten: [matching.on_events, notify.on_message_written, marks.on_message_written],
    MessageDelivered: [outcome.on_message_delivered, marks.on_message_delivered],
    MessageFailed: [outcome.on_message_failed, marks.on_message_failed],
    MessageUnconfirmed: [outcome.on_message_unconfirmed, marks.on_message_unconfirmed],
    MessageWithdrawn: [outcome.on_message_withdrawn],
    MessageTakenBack: [marks.on_message_taken_back],
    ChangeDelivered: [marks.on_change_delivered],
    ChangeFailed: [correcting.on_change_failed, marks.on_change_failed],
    # triggers
    StaffNotified: [notify.on_staff_notified],
    TriggerPaused: [alerts.on_trigger_paused],
    # people and the installation
    StaffJoined: [alerts.on_staff_joined],
    StaffDisabled: [tasks.on_staff_disabled, pausing.on_staff_disabled],
    ShiftEnded: [alerts.on_shift_ended],
    NoticeFailed: [marks.on_notice_failed, retelling.on_notice_failed],
    EventParked: [alerts.on_event_parked],
    UpdateParked: [alerts.on_update_parked],
    ChannelPaused: [alerts.on_channel_paused],
}
