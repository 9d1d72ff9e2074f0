"""What the desk asks about a role."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from takwin.accounts import granting
from takwin.accounts.selectors import places_to_give, roles_to_give
from takwin.centres.models import Centre
from takwin.core.scope import Scope
from takwin.territory.models import Area
from takwin.ui import fields as forms
from takwin.ui.forms import Day, ReasonForm, ServiceForm


class RoleForm(ReasonForm):
    """A role for an account, at a region, at a centre, or everywhere when neither is chosen."""

    login = forms.CharField(label=_("E-mail or phone of the account"), max_length=254)
    role = forms.ChoiceField(label=_("Role"))
    area = forms.ModelChoiceField(
        label=_("Region"), queryset=Area.objects.none(), to_field_name="code", required=False
    )  # fmt: skip
    centre = forms.ModelChoiceField(
        label=_("Centre"), queryset=Centre.objects.none(), to_field_name="code", required=False
    )  # fmt: skip

    ends_on = Day(_("Last day"), required=False, help_text=_("Empty: until it is taken back."))

    service = granting.give_role
    field_order = ["login", "role", "area", "centre", "ends_on", "reason"]

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "–"), *roles_to_give(scope)]  # type: ignore[attr-defined]
        regions, centres = places_to_give(scope)
        self.fields["area"].queryset, self.fields["centre"].queryset = regions, centres  # type: ignore[attr-defined]
        if scope.everywhere:
            self.fields["area"].help_text = _("Neither region nor centre: the whole network.")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("area") and data.get("centre"):
            self.add_error("centre", _("Choose a region or a centre, not both."))
        return data


class EndForm(ServiceForm):
    """When a role ends by itself."""

    ends_on = Day(_("Last day"))

    service = granting.set_end
