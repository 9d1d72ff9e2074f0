"""Navigation, rights and words of users, roles and grants."""

from django.utils.translation import gettext_lazy as _

from takwin.core.contexts import Context

CONTEXT = Context(
    capabilities={
        "accounts.grant": ("national", "regional"),
        "desk.open": (
            "national",
            "regional",
            "registrar",
            "director",
            "scorer",
            "counsellor",
            "head",
            "trainer",
            "auditor",
        ),
    },
    verbs={
        "accept_grant": _("Role accepted by a second person"),
        "ask_grant": _("Role asked for"),
        "choose_language": _("Language of messages chosen"),
        "correct_account": _("Account corrected"),
        "end_grant": _("Last day of a role set"),
        "grant": _("Role granted"),
        "open_account": _("Account opened"),
        "prove": _("Phone or e-mail proven"),
        "refuse_grant": _("Role refused by a second person"),
        "release": _("Unproven phone or e-mail taken away"),
        "revoke": _("Role revoked"),
        "set_password": _("Password chosen"),
        "withdraw_grant": _("Request of a role withdrawn"),
    },
)
