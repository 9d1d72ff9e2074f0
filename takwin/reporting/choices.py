"""Units of published figures, in words."""

from django.utils.translation import gettext_lazy as _

UNITS = {
    "MAD": _("dirhams"), "MDH": _("million dirhams"), "billion-MAD": _("billion dirhams"),
    "applications": _("applications"), "associations": _("associations"), "axes": _("axes"), "beds": _("beds"),
    "boarding-houses": _("boarding houses"), "branches": _("branches"), "campaigns": _("campaigns"),
    "centres": _("centres"), "clients": _("clients"), "cmc": _("cities of trades"),
    "cooperatives": _("cooperatives"), "craftsmen": _("craftsmen"),
    "craftsmen-and-cooperatives": _("craftsmen and cooperatives"), "days": _("days"), "edition": _("edition"),
    "editions": _("editions"), "enterprises": _("enterprises"), "exhibitors": _("exhibitors"),
    "floors": _("floors"), "graduates": _("graduates"), "hectares": _("hectares"), "households": _("households"),
    "inhabitants": _("inhabitants"), "institutions": _("institutions"), "jobs": _("jobs"), "levels": _("levels"),
    "m2": _("m²"), "months": _("months"), "organisations": _("organisations"), "paths": _("paths"),
    "patients": _("patients"), "percent": _("percent"), "persons": _("persons"), "person-days": _("person-days"),
    "platforms": _("platforms"), "poles": _("poles"), "products": _("products"), "programmes": _("programmes"),
    "projects": _("projects"), "provinces": _("provinces"), "rank": _("rank"), "rooms": _("rooms"),
    "seats": _("seats"), "sectors": _("sectors"), "sessions": _("sessions"), "spaces": _("spaces"),
    "students": _("students"), "themes": _("themes"), "trainees": _("trainees"), "trainers": _("trainers"),
    "units": _("units"), "visitors": _("visitors"), "winners": _("winners"), "women-members": _("women members"),
    "years": _("years"),
}  # fmt: skip
QUALIFIERS = {
    "exact": "", "about": _("about"), "more-than": _("more than"), "up-to": _("up to"), "since": _("since"),
}  # fmt: skip
STRENGTHS = {"stated": _("stated"), "implied": _("implied"), "weak": _("weak")}
KINDS = {
    "sum": _("sum"), "equal": _("equality"), "count": _("count"), "at-most": _("at most"), "product": _("product"),
    "product-at-most": _("product at most"), "product-at-least": _("product at least"),
    "weekday": _("day of the week"),
    "date-span": _("number of days"), "subset": _("inclusion"),
}  # fmt: skip
WEEKDAYS = {
    "Monday": _("Monday"), "Tuesday": _("Tuesday"), "Wednesday": _("Wednesday"), "Thursday": _("Thursday"),
    "Friday": _("Friday"), "Saturday": _("Saturday"), "Sunday": _("Sunday"),
}  # fmt: skip
LIKELIHOODS = {
    "certain": _("certain"), "probable": _("probable"), "possible": _("possible"), "unknown": _("unknown"),
}  # fmt: skip
