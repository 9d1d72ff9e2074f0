"""Navigation, rights and words of admissions."""

from django.utils.translation import gettext_lazy as _

from takwin.admissions.waiting import waiting
from takwin.core.contexts import READERS, Context, Entry, Section

PATH = Section("path", _("Path"), 30)

CONTEXT = Context(
    navigation=(
        Entry(PATH, "admissions:assist", _("Assisted entry"), "admissions.assist", "assist"),
        Entry(PATH, "admissions:list", _("Applications and results"), "admissions.see", "applications"),
        Entry(PATH, "admissions:audits", _("Full files of the allocation"), "admissions.audit", "audits"),
        Entry(PATH, "admissions:corrections", _("Corrections of identities"), "people.correct", "corrections"),
        Entry(PATH, "admissions:runs", _("Allocation"), "admissions.allocate", "runs"),
        Entry(PATH, "admissions:committees", _("Selection committees"), "admissions.form", "committees"),
        Entry(PATH, "admissions:scoring", _("My committees"), "admissions.score", "scoring"),
    ),
    capabilities={
        "admissions.allocate": ("national",),
        "admissions.assist": ("counsellor", "head"),
        "admissions.audit": ("auditor",),
        "admissions.form": ("national",),
        "admissions.publish": ("national",),
        "admissions.score": ("scorer",),
        "admissions.see": READERS,
    },
    nationwide=frozenset({"admissions.allocate", "admissions.publish"}),
    own=frozenset({"admissions.apply"}),
    verbs={
        "accept_correction": _("Correction accepted"),
        "add_wish": _("Wish added"),
        "ask_correction": _("Correction requested"),
        "ask_restore": _("Giving back of lapsed seats asked for"),
        "ask_void": _("Draw asked to be made void"),
        "auto_answer": _("Automatic answer chosen"),
        "begin_draw": _("Draw begun"),
        "close_draw": _("Moment of the public value fixed"),
        "commit": _("Draw committed"),
        "contribute": _("Contribution sealed"),
        "decline": _("Seat declined"),
        "discard": _("Discarded"),
        "dissolve": _("Committee dissolved"),
        "enter_value": _("Public value entered"),
        "form": _("Committee formed"),
        "hold": _("Seat kept, better awaited"),
        "join_document": _("Document joined"),
        "late_wish": _("Late wish added"),
        "order_wishes": _("Wishes reordered"),
        "read_card": _("Card number read"),
        "read_full_files": _("Full files read"),
        "refuse_correction": _("Correction refused"),
        "remind": _("Reminder sent"),
        "remove_document": _("Document removed"),
        "remove_wish": _("Wish removed"),
        "reserve": _("Reserve changed"),
        "restore_lapsed": _("Lapsed seats given back"),
        "reveal": _("Revealed"),
        "score": _("Score given"),
        "seal": _("Sealed"),
        "stand_aside": _("Scorer stood aside"),
        "submit": _("Submitted"),
        "use_draw": _("Used for the results"),
        "void_draw": _("Made void"),
        "wait": _("Seat given up, better awaited"),
        "withdraw_correction": _("Correction withdrawn"),
        "withdraw_restore": _("Giving back of lapsed seats withdrawn"),
        "withdraw_void": _("Request to make the draw void taken back"),
    },
    waiting=waiting,
)
