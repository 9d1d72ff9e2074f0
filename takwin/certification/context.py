"""Navigation, rights and words of certification."""

from django.utils.translation import gettext_lazy as _

from takwin.core.contexts import READERS, Context, Entry, Section

CERTIFICATION = Section("certification", _("Certification"), 60)

CONTEXT = Context(
    navigation=(
        Entry(CERTIFICATION, "certification:juries", _("Juries"), "certification.see", "juries"),
        Entry(CERTIFICATION, "certification:diplomas", _("Diplomas"), "certification.see", "diplomas"),
        Entry(CERTIFICATION, "certification:keys", _("Signing keys"), "certification.keys", "keys"),
    ),
    capabilities={
        "certification.keys": ("national",),
        "certification.revoke": ("national", "director"),
        "certification.run": ("national", "registrar", "director"),
        "certification.see": READERS,
        "certification.sign": ("national", "regional", "director"),
    },
    nationwide=frozenset({"certification.keys"}),
    verbs={
        "accept_withdrawal": _("Withdrawal of a key accepted by a second person"),
        "amend_verdict": _("Decision corrected"),
        "ask_withdrawal": _("Withdrawal of a key asked for"),
        "decide": _("Decisions kept"),
        "form_jury": _("Jury formed"),
        "make_key": _("Key made"),
        "open_jury": _("Deliberation begun"),
        "pull_results": _("Results pulled again"),
        "recall_withdrawal": _("Request to withdraw a key taken back"),
        "refuse_withdrawal": _("Withdrawal of a key refused by a second person"),
        "restore": _("Suspension ended"),
        "retire": _("Key retired"),
        "revoke_diploma": _("Diploma revoked"),
        "share_diploma": _("Diploma shared"),
        "sign_diplomas": _("Diplomas signed"),
        "sign_minutes": _("Minutes signed"),
        "suspend_diploma": _("Diploma suspended"),
        "withdraw_key": _("Key withdrawn"),
        "withdraw_share": _("Share withdrawn"),
    },
)
