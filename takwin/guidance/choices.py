"""States, purposes, channels of a meeting, and refusals of guidance."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons, States


class SittingState(States):
    DRAFT = "draft", "wait", _("Unfinished")
    FINISHED = "finished", "good", _("Finished")


class Liking(models.TextChoices):
    """The three answers to an item; their value is their score."""

    NO = "0", _("I do not like it")
    UNSURE = "1", _("I am not sure")
    YES = "2", _("I like it")


class MeetingChannel(models.TextChoices):
    PLACE = "place", _("At the centre")
    PHONE = "phone", _("By phone")
    VIDEO = "video", _("By video")


class Purpose(models.TextChoices):
    """From the choice of a programme until after graduation."""

    CHOOSE = "choose", _("Choose a programme")
    APPLY = "apply", _("Prepare an application")
    RESULT = "result", _("Understand a result")
    TRAINING = "training", _("A difficulty during training")
    AFTER = "after", _("After graduation: a job, a project")
    OTHER = "other", _("Something else")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class SlotState(States):
    OPEN = "open", "good", _("Open")
    CLOSED = "closed", "mute", _("Not offered any more")


class AppointmentState(States):
    HELD = "held", "wait", _("Kept while the number is confirmed")
    WAITING = "waiting", "wait", _("On the waiting list")
    BOOKED = "booked", "info", _("Booked")
    ATTENDED = "attended", "good", _("Came")
    MISSED = "missed", "bad", _("Did not come")
    CANCELLED = "cancelled", "mute", _("Cancelled")


class CaseState(States):
    OPEN = "open", "good", _("Followed")
    CLOSED = "closed", "mute", _("Follow-up ended")


class Closing(models.TextChoices):
    """Reasons of the end of a follow-up."""

    TRAINING = "training", _("In training, no more need")
    WORK = "work", _("At work")
    PROJECT = "project", _("Own project under way")
    STUDY = "study", _("Studies elsewhere")
    ASKED = "asked", _("The person asked to stop")
    SILENT = "silent", _("No news in spite of reminders")
    MOVED = "moved", _("Moved away")
    JOINED = "joined", _("Joined with another follow-up of the same person")


class HandOverState(States):
    OFFERED = "offered", "wait", _("Hand-over offered")
    TAKEN = "taken", "good", _("Hand-over taken")
    DECLINED = "declined", "bad", _("Hand-over declined")
    RECALLED = "recalled", "mute", _("Hand-over recalled")


class OpenDayState(States):
    PLANNED = "planned", "info", _("Announced")
    HELD = "held", "good", _("Took place")
    CANCELLED = "cancelled", "bad", _("Called off")


class RegistrationState(States):
    REGISTERED = "registered", "info", _("Registered")
    CAME = "came", "good", _("Was there")
    CANCELLED = "cancelled", "mute", _("Cancelled")


class GuidanceReason(Reasons):
    UNFINISHED = (
        "unfinished",
        ngettext_lazy(
            "%(missing)s question has no answer yet. Your answers are kept.",
            "%(missing)s questions have no answer yet. Your answers are kept.",
            "missing",
        ),
    )
    OTHER_VERSION = "other_version", _("The test has changed since you opened it. Begin again with the new one.")
    SITTING_DONE = "sitting_done", _("This test is finished. Begin a new one to answer again.")
    BAD_ANSWER = "bad_answer", _("“%(value)s” is not an answer to question %(item)s.")
    CENTRE_HAS_CASES = (
        "centre_has_cases",
        ngettext_lazy(
            "%(count)s person is followed here. Hand the follow-up over, or end it, before the centre closes.",
            "%(count)s people are followed here. Hand the follow-ups over, or end them, before the centre closes.",
            "count",
        ),
    )
    PAST = "past", _("This time has passed. Choose one to come.")
    NOT_OFFERED = "not_offered", _("This time is not offered any more. Choose another.")
    OUTSIDE_HOURS = "outside_hours", _("The counsellor does not receive at this time. Choose one of the open times.")
    OTHER_CENTRE = "other_centre", _("%(who)s is not a counsellor of this centre.")
    SLOT_FULL = "slot_full", _("This time has just been taken. Choose another, or join its waiting list.")
    SLOT_FREE = "slot_free", _("This time is free: book it instead of waiting.")
    BOOKED_HERE = (
        "booked_here",
        _(
            "There is an appointment at this centre on %(when)s already: move it or cancel it. "
            "For somebody else, write their name."
        ),
    )
    BOOKED_THEN = "booked_then", _("There is another appointment at that time, on %(when)s.")
    IN_THIS_SLOT = "in_this_slot", _("You are in this time's list already.")
    WRONG_CODE = ("wrong_code", _("This code is not the one that was sent, or its time is over. Ask for another."))
    NUMBER_BUSY = (
        "number_busy",
        ngettext_lazy(
            "%(limit)s appointment to come is the most for one number. Cancel it, or ask the centre.",
            "%(limit)s appointments to come are the most for one number. Cancel one, or ask the centre.",
            "limit",
        ),
    )
    HOLD_OVER = (
        "hold_over",
        ngettext_lazy(
            "The place was kept for %(minutes)s minute. Choose a time again.",
            "The place was kept for %(minutes)s minutes. Choose a time again.",
            "minutes",
        ),
    )
    NO_PHONE = "no_phone", _("Leave a phone number, so that the centre can reach you.")
    FOR_WHOM = (
        "for_whom",
        _("This number has an appointment already. Write for whom this one is: a first name is enough."),
    )
    NOT_YET = "not_yet", _("The appointment has not begun yet.")
    BAD_HOURS = "bad_hours", _("The end must come after the beginning, with room for one appointment at least.")
    BAD_DATES = "bad_dates", _("The last day comes before the first.")
    HOURS_OVERLAP = "hours_overlap", _("The counsellor receives already then: %(when)s, %(centre)s.")
    NO_LINK = "no_link", _("Give the address of the video room.")
    CASE_OPEN = "case_open", _("This person is followed here already: %(ref)s.")
    CASE_JOINED = "case_joined", _("This follow-up was joined with another: go on with that one.")
    WHY_MISSING = "guidance_why_missing", _("Say why.")
    CASE_ENDED = "case_ended", _("This follow-up has ended. Open a new one.")
    NEXT_PAST = "next_past", _("The next date is in the past.")
    NO_CONSENT = "no_consent", _("Note that the person agrees before handing over the follow-up.")
    SAME_HANDS = "same_hands", _("The follow-up is with this counsellor already.")
    HAND_OVER_WAITS = "hand_over_waits", _("A hand-over waits for an answer already. Recall it first.")
    NOT_YOURS = "not_yours", _("Only the counsellor it is offered to can answer.")
    ON_HOLIDAY = "on_holiday", _("%(name)s is a public holiday. Choose another day.")
    DAY_FULL = "day_full", _("All places of this day are taken.")
    DAY_OVER = "day_over", _("This day is over.")
    REGISTERED = "registered", _("You are registered already. For somebody else, write their name.")
