"""Django's forms with the house's own fields in their places: `from takwin.ui import fields as forms`.

A text is cleaned, a number or a day is read in any digits (١٥٫٥, ١٥,٥, 15.5), and nothing overflows the database. A
house test refuses `django.forms` anywhere else, so that no form can forget it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms as django_forms
from django.forms import BaseForm as BaseForm
from django.forms import BooleanField as BooleanField
from django.forms import CheckboxInput as CheckboxInput
from django.forms import CheckboxSelectMultiple as CheckboxSelectMultiple
from django.forms import ChoiceField as ChoiceField
from django.forms import DateInput as DateInput
from django.forms import DateTimeInput as DateTimeInput
from django.forms import EmailInput as EmailInput
from django.forms import Field as Field
from django.forms import FileField as FileField
from django.forms import FileInput as FileInput
from django.forms import Form as Form
from django.forms import HiddenInput as HiddenInput
from django.forms import JSONField as JSONField
from django.forms import ModelChoiceField as ModelChoiceField
from django.forms import ModelForm as ModelForm
from django.forms import MultipleChoiceField as MultipleChoiceField
from django.forms import MultipleHiddenInput as MultipleHiddenInput
from django.forms import NumberInput as NumberInput
from django.forms import PasswordInput as PasswordInput
from django.forms import RadioSelect as RadioSelect
from django.forms import Select as Select
from django.forms import SelectMultiple as SelectMultiple
from django.forms import Textarea as Textarea
from django.forms import TextInput as TextInput
from django.forms import TimeInput as TimeInput
from django.forms import TypedChoiceField as TypedChoiceField
from django.forms import ValidationError as ValidationError
from django.forms import Widget as Widget
from django.utils.translation import gettext_lazy as _

from takwin.core.dates import in_window, parse_day
from takwin.core.numbers import parse_decimal, parse_int, western
from takwin.core.refs import normalize_ref
from takwin.core.text import clean

LARGEST = 2_147_483_647  # what an integer column of PostgreSQL holds
MOST_REF = 80  # signs someone may type for a reference, spaces included
MOST_TEXT = 20_000  # signs; no text field of the house is longer


class DigitsInput(django_forms.TextInput):
    """A field of digits: browsers refuse ١٥ and ١٥٫٥ in `type=number`, so it is text with a keyboard of digits."""

    def __init__(self, attrs: dict[str, Any] | None = None, mode: str = "numeric") -> None:
        super().__init__({"inputmode": mode, "autocomplete": "off", **(attrs or {})})


class CharField(django_forms.CharField):
    """A text, cleaned: no control signs, no lone surrogates, no signs that turn the direction of others; NFC."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("max_length", MOST_TEXT)
        super().__init__(**more)

    def to_python(self, value: Any) -> Any:
        lines = isinstance(self.widget, django_forms.Textarea)
        return super().to_python(clean(value, lines=lines) if isinstance(value, str) else value)

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        """Without `maxlength` where the bound is that of every text: it is no bound of this field."""
        attributes = super().widget_attrs(widget)
        return {key: value for key, value in attributes.items() if value != str(MOST_TEXT)}


class RefField(CharField):
    """A reference someone typed or read aloud: capitals, without spaces, in our digits."""

    def to_python(self, value: Any) -> Any:
        return normalize_ref(value[:MOST_REF]) if isinstance(value, str) else super().to_python(value)


class EmailField(django_forms.EmailField):
    """An e-mail address without signs that nobody sees."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(clean(value, lines=False) if isinstance(value, str) else value)


class URLField(django_forms.URLField):
    """An address of the web, cleaned before it is judged."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(clean(value, lines=False) if isinstance(value, str) else value)


class IntegerField(django_forms.IntegerField):
    """A whole number in any digits, within what a column holds."""

    widget = DigitsInput

    def __init__(self, **more: Any) -> None:
        more.setdefault("min_value", -LARGEST)
        more.setdefault("max_value", LARGEST)
        super().__init__(**more)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or not str(value).strip():
            return None
        if (number := parse_int(value)) is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return number


class DecimalField(django_forms.DecimalField):
    """A number with decimals in any digits and with any decimal sign."""

    widget = DigitsInput(mode="decimal")

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values or not str(value).strip():
            return None
        if (number := parse_decimal(value)) is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return number


class DateField(django_forms.DateField):
    """A day within the years of the house, in any digits."""

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str):
            value = western(value.strip()[:40])
        day = parse_day(value) or super().to_python(value)
        if day is not None and not in_window(day):
            raise ValidationError(_("Give a year between 1900 and 2200."), code="invalid")
        return day


class DateTimeField(django_forms.DateTimeField):
    """A day and an hour within the years of the house, in any digits."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            moment = super().to_python(western(value.strip()[:40]) if isinstance(value, str) else value)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if moment is not None and not in_window(moment.date()):
            raise ValidationError(_("Give a year between 1900 and 2200."), code="invalid")
        return moment


class TimeField(django_forms.TimeField):
    """An hour in any digits."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(western(value.strip()[:20]) if isinstance(value, str) else value)
