"""Choices of certification: states, decisions, findings of a verification, reasons of refusals."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from takwin.core.choices import Reasons, States


class JuryState(States):
    FORMED = "formed", "wait", _("Formed")
    OPEN = "open", "info", _("Deliberating")
    SIGNED = "signed", "good", _("Minutes signed")
    CANCELLED = "cancelled", "mute", _("Called off")


class Seat(models.TextChoices):
    PRESIDENT = "president", _("President")
    TRAINER = "trainer", _("Trainer")
    PROFESSIONAL = "professional", _("Professional of the trade")
    OFFICE = "office", _("Administration")


class Decision(States):
    ADMITTED = "admitted", "good", _("Admitted")
    RESIT = "resit", "wait", _("Resit")
    FAILED = "failed", "bad", _("Not admitted")
    DEFERRED = "deferred", "info", _("Deferred")


class DiplomaKind(models.TextChoices):
    DIPLOMA = "diploma", _("Diploma")
    MODULE = "module", _("Certificate of a module")


class DiplomaState(States):
    PREPARED = "prepared", "wait", _("Waiting for its signature")
    LIVE = "live", "good", _("Valid")
    SUSPENDED = "suspended", "wait", _("Suspended")
    REVOKED = "revoked", "bad", _("Revoked")


class StatusReason(models.TextChoices):
    """Why a diploma was suspended or revoked. Verifiers read this class; the free text stays in the journal."""

    NONE = "", "–"
    AMENDED = "amended", _("The jury corrected its decision")
    ERROR = "error", _("An error on the diploma: a corrected one replaces it")
    FRAUD = "fraud", _("Fraud")
    REQUEST = "request", _("At the holder's request")
    INQUIRY = "inquiry", _("Under inquiry")


class KeyState(States):
    CURRENT = "current", "good", _("Signs now")
    RETIRED = "retired", "info", _("Signs no more; what it signed stays valid")
    WITHDRAWN = "withdrawn", "bad", _("Withdrawn: what it signed is not believed any more")


class ShareState(States):
    OPEN = "open", "good", _("Open")
    WITHDRAWN = "withdrawn", "mute", _("Withdrawn")


class Finding(States):
    VALID = "valid", "good", _("Valid")
    SUSPENDED = "suspended", "wait", _("Suspended")
    REVOKED = "revoked", "bad", _("Revoked")
    ALTERED = "altered", "bad", _("Altered")
    UNKNOWN_ISSUER = "unknown_issuer", "bad", _("Unknown issuer")
    NOT_YET = "not_yet", "bad", _("Not valid yet")
    ENDED = "ended", "bad", _("No longer valid")
    NOT_FOUND = "not_found", "bad", _("Not in our register")
    UNREADABLE = "unreadable", "mute", _("Not readable")


class Sentence(Reasons):
    """What a finding means for whoever holds the paper, and what to do."""

    VALID = "valid", _("This diploma was issued by this network, nothing of it was changed, and it stands today.")
    SUSPENDED = "suspended", _("It was issued by this network and is suspended. Ask the centre that issued it.")
    REVOKED = "revoked", _("It was issued by this network and was taken back. Do not rely on it.")
    ALTERED = "altered", _("The signature does not fit: something was changed after it was signed. Do not rely on it.")
    UNKNOWN_ISSUER = "unknown_issuer", _("It names another issuer: this network can say nothing about it.")
    UNKNOWN_KEY = "unknown_key", _("It is signed by a key that this network does not publish. Do not rely on it.")
    NOT_YET = "not_yet", _("It says that it is valid from a day to come.")
    ENDED = "ended", _("It says that it is valid no longer.")
    NOT_FOUND = "not_found", _("No diploma has this reference. Check each sign; I, O, L, U and 0 are never used.")
    BAD_REF = "bad_ref", _("A reference looks like DIP-7F3K9Q2M-4; the last sign does not fit the others here.")
    TOO_LARGE = "too_large", _("This is larger than any diploma of ours: at most %(most)s kB are read.")
    NOT_JSON = "not_json", _("This is not a JSON document. Paste the whole text of the file, from { to }.")
    TWICE = "twice", _("One name is told twice in the document: it could be read in two ways, so it is not read.")
    NOT_CREDENTIAL = "not_credential", _("This is a document, but not a diploma.")
    UNKNOWN_CONTEXT = "unknown_context", _("It uses a vocabulary that our diplomas do not use, so it is not read.")
    NO_CODE = (
        "no_code",
        _("No diploma was found in this file: neither its document inside nor a code that can be read."),
    )
    BAD_LINE = "bad_line", _("The code was read, but its signature does not fit. Do not rely on it.")
    EMPTY = (
        "empty",
        _("The file is empty: nothing could be read, so nothing is said of any diploma. Choose the file again."),
    )
    HEIC = (
        "heic",
        _("This is a HEIC picture, as iPhones take them. Send it as JPEG, or send a screenshot of the code."),
    )
    OTHER_KIND = "other_kind", _("This is a %(kind)s file. Send the PDF, the JSON, or a JPEG, PNG or WebP picture.")
    NOT_READ = (
        "not_read",
        _("This file could not be read in the time it may take. Send only the page of the diploma, or its code."),
    )
    BAD_CODE = "bad_code", _("This is not the code of a diploma of ours: nothing could be read in it.")
    NOTHING = "nothing", _("Give a reference, a file, or the text of a diploma.")


class CertificationReason(Reasons):
    CENTRE_HAS_JURIES = (
        "centre_has_juries",
        ngettext_lazy(
            "%(count)s jury here is not signed. Sign or cancel it before the centre closes.",
            "%(count)s juries here are not signed. Sign or cancel them before the centre closes.",
            "count",
        ),
    )
    GROUP_HAS_JURY = "group_has_jury", _("This group has a jury for this year already: %(ref)s.")
    FEW_SITTERS = (
        "few_sitters",
        ngettext_lazy(
            "A jury has at least %(least)s member; this one has %(count)s.",
            "A jury has at least %(least)s members; this one has %(count)s.",
            "least",
        ),
    )
    SITTER_TWICE = "sitter_twice", _("%(name)s is told twice.")
    BAD_SITTER = "bad_sitter", _("Line %(line)s: “%(value)s” is not “name; role”.")
    NO_QUORUM = (
        "no_quorum",
        ngettext_lazy(
            "Present: %(here)s of %(all)s member; at least %(least)s must be.",
            "Present: %(here)s of %(all)s members; at least %(least)s must be.",
            "all",
        ),
    )
    PRESIDENT_AWAY = "president_away", _("The president must be present.")
    NOT_PRESIDENT = "not_president", _("Only the president of the jury, %(name)s, signs.")
    BAD_DECISION = "bad_decision", _("%(who)s: choose one of the decisions of the list.")
    CANNOT_SIGN = "cannot_sign", _("%(who)s may not sign the minutes of this centre: the right is given first.")
    NOBODY = "nobody", _("Nobody is in this group.")
    UNDECIDED = (
        "undecided",
        ngettext_lazy("%(count)s decision is missing: %(who)s.", "%(count)s decisions are missing: %(who)s.", "count"),
    )
    NEW_RESULTS = (
        "new_results",
        _("The results of %(who)s were published anew after the jury opened. Pull them again."),
    )
    NO_RESULT = "no_result", _("%(who)s has no published result: only “deferred” is possible.")
    TOO_LOW = "too_low", _("%(who)s has %(average)s: a jury may admit from %(least)s on, no lower.")
    WORDS = "words", _("%(who)s: the decision is not the one the rule proposes. Say why.")
    NOT_HARDER = "not_harder", _("%(who)s passed by the rule: a jury does not take that away.")
    SAME_DECISION = "same_decision", _("The decision is already that one.")
    MODULE_NOT_PASSED = "module_not_passed", _("The module %(code)s was not passed.")
    HAS_ONE = "has_one", _("A valid diploma exists already: %(ref)s.")
    NOTHING_TO_ISSUE = "nothing_to_issue", _("Every admitted trainee has a diploma already.")
    WHY_MISSING = "why_missing", _("Say which class of reason it is.")
    PAST = "past", _("The last day must be after today, and within a year.")
    FUTURE = "future", _("The day of the jury is to come: %(on)s.")
    NOT_LIVE = "not_live", _("Only a valid diploma is shared.")
    KEY_WITHDRAWN = "key_withdrawn", _("This key is withdrawn already.")
    WITHDRAWAL_ASKED = "withdrawal_asked", _("The withdrawal of this key waits for a second person already.")
