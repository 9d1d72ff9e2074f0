"""States of an application and of a run, outcomes, reasons of refusal."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons, States

MAX_WISHES = 10


class ApplicationState(States):
    DRAFT = "draft", "mute", _("Draft")
    SUBMITTED = "submitted", "info", _("Submitted")
    WITHDRAWN = "withdrawn", "mute", _("Withdrawn")
    ADMITTED = "admitted", "good", _("Admitted")
    UNPLACED = "unplaced", "bad", _("Not admitted")
    CONFIRMED = "confirmed", "good", _("Seat confirmed")
    HELD = "held", "good", _("Seat kept, waiting for better")
    DECLINED = "declined", "mute", _("Seat declined")
    LAPSED = "lapsed", "bad", _("No answer in time")


class AutoAnswer(models.TextChoices):
    """What is answered for a candidate who asked for it before the results."""

    NONE = "", _("I answer myself, before the deadline")
    KEEP = "keep", _("Accept my first wish; keep any other seat and go on waiting for better")


class RoundKind(models.TextChoices):
    MAIN = "main", _("Main round")
    NEXT = "next", _("Next round, from the waiting lists")
    LATE = "late", _("Late round, for empty seats and centres that open late")


class RoundState(States):
    PLANNED = "planned", "mute", _("Planned")
    ANSWERING = "answering", "good", _("Answers open")
    CLOSED = "closed", "mute", _("Answers closed")


class DrawState(States):
    BEGUN = "begun", "wait", _("Sealed by one person")
    SEALED = "sealed", "info", _("Sealed by two people")
    CLOSED = "closed", "wait", _("Waits for the public value")
    VALUED = "valued", "wait", _("Public value to be confirmed")
    REVEALED = "revealed", "good", _("Revealed")
    USED = "used", "good", _("Used for the results")
    VOID = "void", "bad", _("Void")


class VoidReason(models.TextChoices):
    """Reasons the house gives by itself; people write theirs in words."""

    OPENED_AGAIN = "opened-again", _("Applications were opened again.")
    EARLIER = "earlier", _("It was sealed before two people had to seal: a trial run may have shown its seed.")
    OTHER_SEED = "other-seed", _("A run of before was published with this seed, which nobody had sealed.")


class ValueSource(models.TextChoices):
    """Where the public value comes from: named when the draw is sealed, so that nobody chooses it afterwards."""

    DRAND = "drand", _("drand quicknet, the first round ten minutes after applications close")
    OTHER = "other", _("Another public value, described below")


class RunKind(models.TextChoices):
    TRIAL = "trial", _("Trial run")
    FINAL = "final", _("Run to publish")


class ReserveGroup(models.TextChoices):
    """Groups an offering may keep seats for."""

    GIRLS = "girls", _("girls")
    RURAL = "rural", _("rural communes")
    REGION = "region", _("the centre's region")
    DISABILITY = "disability", _("persons with a disability")
    REENTRY = "reentry", _("returning to training")


class Selection(models.TextChoices):
    INTERVIEW = "interview", _("interview")
    TEST = "test", _("test")


class RunState(States):
    PREPARED = "prepared", "mute", _("Prepared")
    REVIEW = "review", "wait", _("Under review")
    PUBLISHED = "published", "good", _("Published")
    DISCARDED = "discarded", "mute", _("Discarded")


class Outcome(States):
    ADMITTED = "admitted", "good", _("Admitted")
    WAITING = "waiting", "wait", _("Waiting list")
    NO_BED = "no-bed", "wait", _("No bed")
    NOT_REACHED = "not-reached", "mute", _("Not examined")
    SET_ASIDE = "set-aside", "wait", _("Set aside")


class BedGroup(models.TextChoices):
    GIRLS = "girls", _("girls")
    OTHERS = "others", _("boys")
    ALL = "all", _("all")


class Need(models.TextChoices):
    """Declared situations, kept encrypted."""

    NONE = "", _("Nothing to declare")
    MOTOR = "motor", _("Motor disability")
    SIGHT = "sight", _("Low vision or blindness")
    HEARING = "hearing", _("Deafness or hearing loss")
    LEARNING = "learning", _("Learning or developmental disorder")
    OTHER = "other", _("Another disability")


class Situation(models.TextChoices):
    NONE = "", _("Nothing to declare")
    ORPHAN = "orphan", _("Orphan")
    CARE = "care", _("In the care of an institution")
    LOW_INCOME = "low-income", _("Household with social support")
    REENTRY = "reentry", _("Returning to training after leaving school")


class DocumentKind(models.TextChoices):
    IDENTITY = "identity", _("Identity document")
    SCHOOLING = "schooling", _("School certificate")
    MARKS = "marks", _("Marks of the last year")
    OTHER = "other", _("Another document")


class CommitteeState(States):
    FORMED = "formed", "good", _("Formed")
    DISSOLVED = "dissolved", "mute", _("Dissolved")


class RestorationState(States):
    WAITING = "waiting", "wait", _("Waits for a second person")
    DONE = "done", "good", _("Seats given back")
    WITHDRAWN = "withdrawn", "mute", _("Withdrawn")


class CorrectionState(States):
    REQUESTED = "requested", "wait", _("Requested")
    ACCEPTED = "accepted", "good", _("Accepted")
    REFUSED = "refused", "bad", _("Refused")
    WITHDRAWN = "withdrawn", "mute", _("Withdrawn")


class AdmissionReason(Reasons):
    NOT_OPEN_YET = "not_open_yet", _("Applications open on %(moment)s (Casablanca time).")
    DEADLINE_PASSED = "deadline_passed", _("Applications closed on %(moment)s (Casablanca time).")
    NO_SEASON = "no_season", _("No season is open for applications.")
    ALREADY_APPLIED = (
        "already_applied",
        _("You already have an application for this season. Open it to go on."),
    )
    TOO_MANY_WISHES = (
        "too_many_wishes",
        ngettext_lazy(
            "You have %(limit)s wish, the most allowed. Remove it first.",
            "You have %(limit)s wishes, the most allowed. Remove one first.",
            "limit",
        ),
    )
    DUPLICATE_WISH = "duplicate_wish", _("This wish is already on your list at rank %(rank)s.")
    OFFERING_CLOSED = "offering_closed", _("This offering is closed: it takes no wishes now.")
    OTHER_SEASON = "other_season", _("This offering belongs to another season.")
    NO_BOARDING = "no_boarding", _("This centre has no boarding house.")
    NO_WISH = "no_wish", _("Add at least one wish before you submit.")
    SCHOOLING_MISSING = "schooling_missing", _("Tell your schooling and average mark first.")
    WISH_GONE = "wish_gone", _("This wish is not on the list any more: it was removed in another window.")
    LIST_CHANGED = (
        "list_changed",
        _("The list changed in another window; nothing was moved. It is now: %(order)s"),
    )
    FILE_CHANGED = (
        "file_changed",
        _("Your application changed since you opened this page; nothing was done. It is now: %(now)s"),
    )
    BAD_ORDER = "bad_order", _("The order must name each of your wishes once.")
    FILE_TOO_BIG = "file_too_big", _("The file is %(size)s MB; the most allowed is %(limit)s MB.")
    FILE_EMPTY = "file_empty", _("The file is empty.")
    FILE_KIND = (
        "file_kind",
        _("Only PDF, JPEG and PNG files are accepted, and the content must be of that kind."),
    )
    TOO_MANY_FILES = (
        "too_many_files",
        ngettext_lazy(
            "You have %(limit)s document, the most allowed.",
            "You have %(limit)s documents, the most allowed.",
            "limit",
        ),
    )
    ANSWER_LATE = "answer_late", _("The delay to answer ended on %(moment)s (Casablanca time).")
    # Eligibility
    LEVEL_TOO_LOW = (
        "level_too_low",
        _("This programme asks for “%(asked)s” at least; you declared “%(declared)s”."),
    )
    LEVEL_OR_BRIDGE = (
        "level_or_bridge",
        _("This programme asks for “%(asked)s” at least, or the diploma “%(bridge)s”; you declared “%(declared)s”."),
    )
    STREAM_NOT_ACCEPTED = (
        "stream_not_accepted",
        _("Your stream “%(declared)s” is not accepted. Accepted: %(asked)s."),
    )
    TOO_YOUNG = (
        "too_young",
        ngettext_lazy(
            "You must be %(age)s year old on %(day)s; you will be %(own)s.",
            "You must be %(age)s years old on %(day)s; you will be %(own)s.",
            "age",
        ),
    )
    TOO_OLD = (
        "too_old_for_programme",
        ngettext_lazy(
            "You must be at most %(age)s year old on %(day)s; you will be %(own)s.",
            "You must be at most %(age)s years old on %(day)s; you will be %(own)s.",
            "age",
        ),
    )
    NO_RULE = "no_rule", _("The access conditions of this programme are not published yet.")
    # Corrections of an identity
    NOT_FROZEN = ("not_frozen", _("This identity was not handed in yet: change it on its own page."))
    NO_CHANGE = ("no_change", _("Nothing differs from what is registered."))
    ALREADY_ASKED = ("already_asked", _("A correction is waiting for an answer already. Withdraw it to ask another."))
    IDENTITY_MOVED = ("identity_moved", _("The registered identity has changed since. Ask for a new correction."))
    OWN_CORRECTION = ("own_correction", _("Somebody else must decide about a correction you asked for, or your own."))
    # Runs
    STILL_OPEN = (
        "still_open",
        _("Applications are open until %(moment)s. Allocate after that, or close them first."),
    )
    NO_APPLICATION = "no_application", _("No submitted application: there is nothing to allocate.")
    PUBLISHED_ALREADY = "published_already", _("This season has ended: its results cannot change.")
    ANSWERS_OPEN = "answers_open", _("Answers to the last round are open until %(moment)s. The next run comes after.")
    NO_ROUND = "no_round", _("No round is planned. Plan the next round first.")
    ROUND_PLANNED = "round_planned", _("A round is under way already. Close it first.")
    ANSWERS_NOT_OVER = "answers_not_over", _("Candidates may answer until %(moment)s.")
    ROUND_DATES = "round_dates", _("Answers must end after the results, and after now.")
    TWO_SIGNATURES = (
        "two_signatures",
        ngettext_lazy(
            "Two different people must sign this run; %(count)s has signed so far.",
            "Two different people must sign this run; %(count)s have signed so far.",
            "count",
        ),
    )
    SIGNED_ALREADY = "signed_already", _("You have signed this run. Another person must sign it too.")
    TRIAL_RUN = "trial_run", _("A trial run is for reading only. Calculate a run to publish.")
    TOO_MANY_SCENARIOS = (
        "too_many_scenarios",
        ngettext_lazy("At most %(limit)s scenario at a time.", "At most %(limit)s scenarios at a time.", "limit"),
    )
    NOT_IN_RUN = "not_in_run", _("“%(ref)s” is not an offering of this run.")
    NO_SEAT = "no_seat", _("You hold no seat to answer for.")
    NOT_YOUR_TURN = "not_your_turn", _("Answers are not open now.")
    # Seats given back
    NOTHING_LAPSED = "nothing_lapsed", _("No seat that this closing took away can be given back.")
    RESTORE_LATE = "restore_late", _("Seats are given back within seven days of the closing only.")
    RESTORE_OVERTAKEN = "restore_overtaken", _("A later round has ended too: plan the next one first.")
    RESTORE_DEADLINE = "restore_deadline", _("Name a new end of the answers, after now.")
    RESTORE_ASKED = "restore_asked", _("Giving back is asked for already: another person confirms or withdraws it.")
    RESTORE_SAME_PERSON = "restore_same_person", _("You asked for this. Another person must confirm it.")
    RESTORE_MOVED = "restore_moved", _("This request has changed since the page was shown. Read it again.")
    RESTORE_NO_RIGHT = (
        "restore_no_right",
        _("The person who asked may not decide about this season any more: withdraw it and ask again."),
    )
    # Late wishes, reserves, committees
    NOT_LATE = "not_late", _("Wishes are added now only in a late round, by candidates without a seat.")
    LATE_OVER = "late_over", _("This late round is being calculated: its wishes are closed.")
    NO_FREE_SEAT = "no_free_seat", _("No seat is free in this offering.")
    RESERVE_TOO_LARGE = (
        "reserve_too_large",
        ngettext_lazy(
            "A reserve of %(reserved)s seat is more than the offering has: %(seats)s.",
            "Reserves of %(reserved)s seats are more than the offering has: %(seats)s.",
            "reserved",
        ),
    )
    NOT_A_MEMBER = "not_a_member", _("You are not a member of this committee.")
    CANNOT_SCORE = "cannot_score", _("%(who)s may not score at %(where)s: the right is given first.")
    COMMITTEE_OVER = "committee_over", _("This committee was dissolved.")
    SCORES_PUBLISHED = (
        "scores_published",
        _("Results of this season are published: a committee cannot be dissolved any more."),
    )
    REASON_MISSING = "reason_missing", _("Say why, for the journal.")
    CANDIDATE_GONE = (
        "candidate_gone",
        _("This candidate has withdrawn, or holds nothing to be scored for any more."),
    )
    TWO_MEMBERS = "two_members", _("A committee needs two members at least.")
    NOT_ASKED = "not_asked", _("This person has not asked for the offering.")
    SCORES_CLOSED = (
        "scores_closed",
        _("A trial run has read the scores. Change one by an amendment, with its reason."),
    )
    SCORE_RANGE = "score_range", _("A score goes from 0 to 20.")
    TWICE_SCORED = "twice_scored", _("Two scorers have given their score. Change one by an amendment.")
    # The draw
    SEALED_ALREADY = "sealed_already", _("Two people have sealed this draw.")
    SEALED_BY_YOU = "sealed_by_you", _("You have sealed this draw. Another person must seal it too.")
    SEAL_NEEDS_A_PERSON = "seal_needs_a_person", _("A draw is sealed by people who are signed in.")
    CONTRIBUTION_WEAK = (
        "contribution_weak",
        _("A contribution has %(least)s to %(most)s letters, digits and signs of the Latin keyboard, without spaces."),
    )
    CONTRIBUTION_REPEATED = "contribution_repeated", _("This contribution was sealed before. Take another.")
    SOURCE_MISSING = "source_missing", _("Describe the public value: which one, of which day, where it is published.")
    DRAW_MOVED = "draw_moved", _("The draw has changed since this page was shown. Read it again before you go on.")
    DRAW_OF_BEFORE = (
        "draw_of_before",
        _("Applications were opened again after this draw was closed: it must be void and another sealed."),
    )
    NOT_CLOSED = "not_closed", _("Applications are not closed.")
    VALUE_TOO_EARLY = "value_too_early", _("The public value counts from %(moment)s (Casablanca time).")
    VALUE_FORM = "value_form", _("The randomness of a drand round has 64 digits from 0 to 9 and a to f.")
    VALUE_SAME_PERSON = "value_same_person", _("You entered this value. Another person must confirm it.")
    VALUE_DIFFERS = (
        "value_differs",
        _("This is not the value that was entered. Read both again; a value entered wrongly makes the draw void."),
    )
    VOID_BY_TWO = (
        "void_by_two",
        _(
            "The value of this draw is entered: one person asks on the page of the draw to make it void, "
            "and another makes it void or opens applications again."
        ),
    )
    VOID_SAME_PERSON = "void_same_person", _("You asked to make this draw void. Another person must do it.")
    CONTRIBUTION_LOST = (
        "contribution_lost",
        _("A contribution cannot be read any more: the draw must be void and another sealed."),
    )
    NOT_REVEALED = (
        "not_revealed",
        _("The draw of this season is not revealed: a run to publish needs it. A trial run has lots of its own."),
    )
    INPUTS_MOVED = (
        "inputs_moved",
        _(
            "Seats, reserves, beds, scores or people have changed since this run was calculated, or it is a run of an "
            "earlier version. Discard it and calculate again."
        ),
    )
    DRAW_KNOWN = (
        "draw_known",
        _(
            "The value of this season's draw is known: seats, reserves, beds, committees and first scores stay as "
            "they are until results are published. To change them, two people make the draw void first."
        ),
    )
    RUN_WAITS = (
        "run_waits",
        _("A run of this round waits for publication. Nothing it has read changes unless it is discarded first."),
    )
    OTHER_SEED = "other_seed", _("The lots of this run are not those of the sealed draw. It cannot be signed.")
    CHECKS_FAILED = (
        "checks_failed",
        _("The independent checks found a fault. A run with a fault cannot be published."),
    )
