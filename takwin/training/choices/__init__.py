"""States of an enrolment, a group, a timetable and a roll call; kinds of rooms; reasons of refusals."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons, States


class VersionState(States):
    DRAFT = "draft", "mute", _("In preparation")
    CURRENT = "current", "good", _("In force")
    CLOSED = "closed", "mute", _("For those enrolled only")


class EnrolmentState(States):
    ENROLLED = "enrolled", "good", _("In training")
    DEFERRED = "deferred", "wait", _("Deferred")
    INTERRUPTED = "interrupted", "wait", _("Interrupted")
    ABANDONED = "abandoned", "bad", _("Left")
    FINISHED = "finished", "info", _("Finished")


# Who holds a seat, or may come back to one.
OPEN_STATES = [EnrolmentState.ENROLLED, EnrolmentState.DEFERRED, EnrolmentState.INTERRUPTED]


class Leaving(models.TextChoices):
    """Why someone pauses or leaves: counted, so that it can be acted upon."""

    NONE = "", _("–")
    HEALTH = "health", _("Health")
    FAMILY = "family", _("Family")
    MONEY = "money", _("Money")
    DISTANCE = "distance", _("Distance, no bed")
    WORK = "work", _("Found work")
    STUDY = "study", _("Studies elsewhere")
    CHOICE = "choice", _("Not the right trade")
    ABSENCE = "absence", _("Absent for too long")
    COMPANY = "company", _("Contract with the company broken")
    OTHER = "other", _("Another reason")


class GroupState(States):
    OPEN = "open", "good", _("Open")
    CLOSED = "closed", "mute", _("Ended")


class Weeks(models.TextChoices):
    """Which weeks a group is at the centre; in the others it is in its companies."""

    ALL = "all", _("Every week")
    A = "a", _("Weeks A; weeks B in companies")
    B = "b", _("Weeks B; weeks A in companies")


class RoomKind(models.TextChoices):
    CLASSROOM = "classroom", _("Classroom")
    COMPUTING = "computing", _("Computing room")
    LABORATORY = "laboratory", _("Laboratory")
    WORKSHOP = "workshop", _("Workshop")
    PLATFORM = "platform", _("Practice platform")
    KITCHEN = "kitchen", _("Training kitchen")


class TrainerStatus(models.TextChoices):
    PERMANENT = "permanent", _("Permanent")
    CONTRACT = "contract", _("On contract")
    HOURLY = "hourly", _("Paid by the hour")
    MASTER = "master", _("Master craftsman")


class PostState(States):
    ACTIVE = "active", "good", _("In post")
    LEFT = "left", "mute", _("No longer in post")


class TimetableState(States):
    DRAFT = "draft", "wait", _("Being made")
    PUBLISHED = "published", "good", _("Published")
    ENDED = "ended", "mute", _("Ended")


class EditionState(States):
    PROPOSED = "proposed", "wait", _("To be confirmed")
    PUBLISHED = "published", "good", _("Published")
    UNDONE = "undone", "mute", _("Taken back")


class DayKind(models.TextChoices):
    """What a period of the calendar is."""

    HOLIDAY = "holiday", _("Public holiday")
    VACATION = "vacation", _("Holidays")
    RAMADAN = "ramadan", _("Ramadan hours")


class Presence(States):
    PRESENT = "present", "good", _("Present")
    LATE = "late", "wait", _("Late")
    ABSENT = "absent", "bad", _("Absent")
    EXCUSED = "excused", "info", _("Excused")


class ExcuseState(States):
    ASKED = "asked", "wait", _("Waiting for an answer")
    ACCEPTED = "accepted", "good", _("Accepted")
    REFUSED = "refused", "bad", _("Refused")


class ExcuseKind(models.TextChoices):
    ILLNESS = "illness", _("Illness, with a certificate")
    FAMILY = "family", _("Family event")
    OFFICE = "office", _("Summons or an errand at an office")
    TRANSPORT = "transport", _("No transport")
    OTHER = "other", _("Another reason")


class AlertLevel(models.TextChoices):
    FIRST = "first", _("First warning")
    SECOND = "second", _("Second warning")
    COUNCIL = "council", _("Before the discipline council")


class TrainingReason(Reasons):
    NO_VERSION = "no_version", _("“%(programme)s” has no curriculum in force. Put one in force first.")
    NO_MODULE = "no_module", _("A curriculum needs a module at least.")
    CENTRE_HAS_TRAINEES = (
        "centre_has_trainees",
        ngettext_lazy(
            "%(count)s trainee is still here. Transfer them, or record how they leave, before the centre closes.",
            "%(count)s trainees are still here. Transfer them, or record how they leave, before the centre closes.",
            "count",
        ),
    )
    CENTRE_HAS_SEATS = (
        "centre_has_seats",
        ngettext_lazy(
            "%(count)s person has a seat here and is not enrolled yet: the centre cannot close before.",
            "%(count)s people have a seat here and are not enrolled yet: the centre cannot close before.",
            "count",
        ),
    )
    ENROLLED_ELSEWHERE = "enrolled_elsewhere", _("This person is in training already: %(ref)s.")
    NO_GROUP = "no_group", _("No group was formed: nobody waits for one.")
    GROUP_FULL = "group_full", _("%(group)s is full: %(capacity)s of %(capacity)s.")
    GROUP_CLOSED = "group_closed", _("%(group)s has ended.")
    OTHER_VERSION = "other_version", _("%(group)s follows another curriculum: a trainee stays on the one enrolled in.")
    OTHER_PLACE = "other_place", _("%(group)s is in another centre: transfer the trainee instead.")
    SAME_GROUP = "same_group", _("The trainee is in %(group)s already.")
    BEFORE_GROUP = "before_group", _("%(group)s begins on %(day)s: %(on)s is before that.")
    AFTER_GROUP = "after_group", _("%(group)s ended on %(day)s: %(on)s is after that.")
    WHY_MISSING = "why_missing", _("Say why.")
    BAD_DATES = "bad_dates", _("The last day comes before the first.")
    FUTURE = "future", _("%(on)s is in the future.")
    BEFORE_LAST = "before_last", _("The last change was on %(day)s: this one cannot come before.")
    TOO_MANY_HOURS = "too_many_hours", _("%(trainer)s would teach %(hours)s h a week; the limit is %(limit)s.")
    NOT_ABLE = "not_able", _("%(trainer)s does not teach “%(programme)s”. Add it to what the trainer can teach first.")
    TEACHES_THEN = (
        "teaches_then",
        _("%(trainer)s teaches elsewhere at an hour of this course. Move its sessions first."),
    )
    LEFT_POST = "left_post", _("%(trainer)s has left the post.")
    NO_ACCOUNT = "no_account", _("The account of %(trainer)s is closed, or may not teach at %(where)s.")
    NO_CENTRE = "no_centre", _("There is no such centre.")
    NOT_POSTED = "not_posted", _("%(trainer)s does not work at this centre.")
    HOURS_SPLIT = "hours_split", _("%(hours)s h cannot be given in sessions of %(length)s h.")
    NOTHING_TO_TEACH = "nothing_to_teach", _("No group has a course with a trainer in this term.")
    NO_ROOM_FITS = (
        "no_room_fits",
        ngettext_lazy(
            "%(what)s: no room of this kind holds %(size)s trainee.",
            "%(what)s: no room of this kind holds %(size)s trainees.",
            "size",
        ),
    )
    CLASH = "clash", _("%(what)s cannot be there: %(why)s.")
    BREAKS = "breaks", _("%(what)s cannot be there: %(rule)s would be broken.")
    PINNED = "pinned", _("%(what)s is pinned. Unpin it first.")
    OUT_OF_DAY = "out_of_day", _("A session of %(length)s h that begins then would run over noon or out of the day.")
    PUBLISHED = "published", _("This timetable is published: make the next version to change much of it.")
    PAST_EDITION = "past_edition", _("What was published stands until today: choose a day from %(on)s on.")
    AFTER_TERM = "after_term", _("The term ends on %(on)s.")
    SEEN_OTHER = "seen_other", _("The week changed since this page was shown. Look at what moves now, then publish.")
    ABSENCE_OVER = "absence_over", _("This absence is over: nothing is to be changed.")
    UNPLACED = (
        "unplaced",
        ngettext_lazy("%(count)s session has no place yet.", "%(count)s sessions have no place yet.", "count"),
    )
    IMPOSSIBLE = "impossible", _("%(where)s: %(why)s.")
    BUSY = "busy", _("The timetable is being calculated. Wait for it, or stop it.")
    SHEET_ROW = "sheet_row", _("Row %(row)s, %(column)s: %(why)s")
    SHEET_REFUSED = (
        "sheet_refused",
        ngettext_lazy(
            "%(count)s row is refused: nothing was written.",
            "%(count)s rows are refused: nothing was written.",
            "count",
        ),
    )
    UNKNOWN_COURSE = "unknown_course", _("“%(value)s” is not a session of this timetable.")
    UNREADABLE = "unreadable", _("This statement cannot be read: %(why)s.")
    NO_SESSION = "no_session", _("%(group)s has no session of this course on %(on)s at that hour.")
    CLOCK_WRONG = "clock_wrong", _("The phone's clock says %(at)s: that cannot be when this was told.")
    TOLD_LATE = (
        "told_late",
        ngettext_lazy(
            "%(on)s is more than %(limit)s day ago: the office says what happened then.",
            "%(on)s is more than %(limit)s days ago: the office says what happened then.",
            "limit",
        ),
    )
    BAD_BATCH = "bad_batch", _("The batch cannot be read: %(why)s.")
    NOT_YOUR_ROLL = "not_your_roll", _("This roll is another trainer's.")
    NOT_IN_GROUP = "not_in_group", _("This trainee was not in %(group)s on %(on)s.")
    BAD_VALUE = "bad_value", _("“%(value)s” is not “present”, “late”, “absent” or “excused”.")
    BAD_MINUTES = (
        "bad_minutes",
        ngettext_lazy(
            "%(value)s minute late: from 1 to %(limit)s are possible.",
            "%(value)s minutes late: from 1 to %(limit)s are possible.",
            "value",
        ),
    )
    PROOF_MISSING = "proof_missing", _("Join a proof: a photo or a PDF.")
    ANSWERED = "answered", _("This request has its answer already.")
    LONG_EXCUSE = (
        "long_excuse",
        ngettext_lazy("At most %(limit)s day at a time.", "At most %(limit)s days at a time.", "limit"),
    )
