"""One sending of a form makes one thing, however often it arrives: two presses, a retry, the back button.

The key of the form is written in the transaction that makes the thing. A second sending of the key waits for the first
(the key is unique) and is given what the first made; a first that was refused leaves no key behind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.files.base import File
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Reasons
from takwin.core.errors import Refused
from takwin.core.models import FormKey
from takwin.core.tokens import digests_of

KEPT_FOR = timedelta(days=7)  # a phone without network sends what it holds within days
FORGOTTEN_AT_ONCE = 5_000  # rows of one step of the clock


class FormKeyReason(Reasons):
    OF_ANOTHER = (
        "form_of_another",
        _("This page was opened by another account. Look at what is typed and send it again."),
    )
    USED = (
        "form_used",
        _(
            "This page was already sent and what it held then is kept. Look at that first; send again only to add "
            "what is typed now as something new."
        ),
    )
    GONE = "made_is_gone", _("This page was already sent, and what it made is no longer there.")


def text_of(value: Any) -> str:
    """A value as it is compared: rows by their code, lists whatever their order, nothing as the empty text."""
    if value is None:
        return ""
    if isinstance(value, models.Model):
        return str(getattr(value, "code", value.pk))
    if isinstance(value, File):
        return f"{value.name} {value.size}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return " ".join(sorted(text_of(part) for part in value))
    return str(value)


def content_of(subjects: Iterable[Any], values: dict[str, Any]) -> str:
    """The digest of a sending, as it is kept; see `contents_of`."""
    return contents_of(subjects, values)[0]


def contents_of(subjects: Iterable[Any], values: dict[str, Any]) -> list[str]:
    """The digests of a sending: what it is about and each value. Keyed: a note or a card number of few possible values
    must not be found by trying them against the table or its back-up. Under the secret of today first, which is kept,
    then under those it replaced: what was sent before a rotation is known again."""
    about = [f"{type(subject).__name__} {text_of(subject)}" for subject in subjects]
    texts = {name: text_of(value) for name, value in values.items()}
    text = json.dumps([about, texts], sort_keys=True)
    return digests_of("takwin.core.form_keys", text)


def implied_key(*parts: str) -> str:
    """The key of a sending without one, such as a page from before keys: the same content once a day and person."""
    return "=" + hashlib.sha256("\n".join([*parts, timezone.localdate().isoformat()]).encode()).hexdigest()[:63]


def make_once(key: str, *, form: str, owner: str, contents: list[str], make: Callable[[], Any]) -> tuple[Any, bool]:
    """What `make` gives and False; or what the first sending of `key` made and True.

    A row is found again by its key; anything else that `make` gives is not kept: None is given the second time.

    Raises `Refused` when the key belongs to another person or form, or came with other content; and what `make`
    raises, which leaves no key behind.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                kept = FormKey.objects.create(key=key, form=form, owner=owner, content=contents[0])
        except IntegrityError:  # after the first ended: the key's index makes this one wait for it
            return _made_first(key, form, owner, contents), True
        made = make()
        if isinstance(made, models.Model):
            kept.made_model, kept.made = made._meta.label_lower, made.pk
            kept.save(update_fields=["made_model", "made"])
    return made, False


def _made_first(key: str, form: str, owner: str, contents: list[str]) -> Any:
    kept = FormKey.objects.filter(key=key).first()
    if kept is None or (kept.form, kept.owner) != (form, owner):
        raise Refused(FormKeyReason.OF_ANOTHER)
    if kept.content not in contents:
        raise Refused(FormKeyReason.USED)
    if not kept.made_model:
        return None
    row = apps.get_model(kept.made_model)._default_manager.filter(pk=kept.made).first()
    if row is None:
        raise Refused(FormKeyReason.GONE)
    return row


def delete_old_keys() -> int:
    """Forget keys older than `KEPT_FOR`, a bounded number at a time; how many went."""
    old = FormKey.objects.filter(at__lt=timezone.now() - KEPT_FOR).order_by("at").values("pk")[:FORGOTTEN_AT_ONCE]
    gone, _each = FormKey.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return gone
