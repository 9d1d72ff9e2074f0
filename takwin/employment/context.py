"""Navigation, rights and words of employment."""

from django.utils.translation import gettext_lazy as _

from takwin.core.contexts import Context, Entry, Section

EMPLOYMENT = Section("employment", _("Employment"), 70)

CONTEXT = Context(
    navigation=(
        Entry(EMPLOYMENT, "employment:cohorts", _("Follow-up of graduates"), "employment.see", "cohorts"),
        Entry(EMPLOYMENT, "employment:offer", _("Offer and insertion"), "employment.see", "feedback"),
        Entry(EMPLOYMENT, "employment:employers", _("Employers"), "employment.moderate", "employers"),
        Entry(EMPLOYMENT, "employment:desk_vacancies", _("Vacancies"), "employment.moderate", "vacancies"),
    ),
    capabilities={
        "employment.follow": ("national", "registrar", "counsellor", "head"),
        "employment.moderate": ("national", "regional"),
        "employment.run": ("national",),
        "employment.see": ("national", "regional", "registrar", "director", "counsellor", "head", "auditor"),
    },
    nationwide=frozenset({"employment.run"}),
    verbs={
        "bid": _("Applied for a vacancy"),
        "close_vacancy": _("Vacancy closed"),
        "close_wave": _("Follow-up closed"),
        "decline_bid": _("Not retained"),
        "expire": _("Vacancy expired"),
        "fill": _("Vacancy filled"),
        "freeze_cohort": _("Frame frozen"),
        "hire": _("Hired"),
        "invite": _("Invited to an interview"),
        "list_company": _("Company put on the list"),
        "lose_company": _("Company number taken off"),
        "open_vacancy": _("Vacancy opened"),
        "open_wave": _("Follow-up opened"),
        "post_vacancy": _("Vacancy sent"),
        "publish_rates": _("Rates published"),
        "record_attempt": _("Tried to reach"),
        "refuse_employer": _("Company refused"),
        "register_employer": _("Company registered"),
        "reopen_wave": _("Follow-up opened again"),
        "restore_posted": _("Vacancy waits to be read again"),
        "restore_vacancy": _("Vacancy open again"),
        "shortlist": _("Shortlisted"),
        "suspend_employer": _("Company suspended"),
        "turn_down_vacancy": _("Vacancy turned down"),
        "verify_employer": _("Company verified"),
        "withdraw_bid": _("Application withdrawn"),
    },
)
