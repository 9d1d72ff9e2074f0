"""What was typed into a form whose session had ended waits for its own author, and is shown again after the sign-in.

Whose form it was says a cookie that each signed-in page leaves: the account, encrypted. What was typed is kept for an
hour under that account, encrypted, by a key that only a cookie of this browser holds. It is shown when the same person
signs in within the same browser: in the form, and not sent. Somebody else who signs in at a shared machine meets an
empty form. A sign-out by hand erases it and the cookie, so that nothing is kept for a person who left.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from takwin.accounts.browsers import SHARED
from takwin.accounts.models import KeptForm, User
from takwin.core import keys
from takwin.ui.intake import FORMS
from takwin.ui.typed import UNSAID, refill, typed_words

OWNER = f"{settings.COOKIE_PREFIX}takwin_owner"  # whose session this browser holds, or held
KEPT = f"{settings.COOKIE_PREFIX}takwin_kept"  # the key of what was typed
OWNER_MARK = "owner"  # before the account, so that no other cipher text of ours passes for the cookie
OWNER_LIFE = 60 * 86_400  # seconds; longer than a session, which is what it outlives
LIFE = timedelta(hours=1)
SHOWN_FOR = timedelta(minutes=10)  # from the first showing: a page that was lost on a weak network is loaded again
MOST_BYTES = 64_000
MOST_FIELDS = 1_000
MOST_FORMS = 5  # of one browser
MOST_OF_ACCOUNT = 40  # of all its browsers
MOST_ADDRESS = 2_000
# Fields that are never kept. A file is no field.
SECRETS = re.compile(
    r"pass(word|phrase|key)|secret|token|\bcode\b|otp|\bpin\b|seed|contribution|credential|private", re.IGNORECASE
)
PRIVATE_PATHS = ("/accounts/", "/admin/")  # sign-in, second factors and keys


def _plain_path(path: str) -> str:
    """An address without the prefix of its language: the sign-in may have been read in another one."""
    codes = "|".join(code for code, _name in settings.LANGUAGES)
    return re.sub(rf"^/({codes})(?=/)", "", path)


def _in_language(path: str) -> str:
    language = get_language() or settings.LANGUAGE_CODE
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"


def is_private(path: str) -> bool:
    """Whether an address is of the sign-in, second factors and keys: nothing typed there is kept."""
    return _plain_path(path).startswith(PRIVATE_PATHS)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _put(response: HttpResponse, name: str, value: str, max_age: int | None) -> None:
    response.set_cookie(
        name, value, max_age=max_age, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def owner_of(request: Any) -> int | None:
    """The account whose session this browser held last; None after a sign-out by hand, and on a forged cookie."""
    try:
        mark, _blank, pk = keys.decrypt(request.COOKIES.get(OWNER, "")).partition(" ")
        return int(pk) if mark == OWNER_MARK else None
    except (keys.FieldKeyError, ValueError):  # an operator changed the keys; nobody was signed in here
        return None


def name_owner(request: Any, response: HttpResponse) -> None:
    """Leave the cookie that says whose pages this browser shows. On a device that others use it ends when the browser
    is closed, as the session does."""
    if owner_of(request) != request.user.pk:
        life = None if request.session.get(SHARED) else OWNER_LIFE
        _put(response, OWNER, keys.encrypt(f"{OWNER_MARK} {request.user.pk}"), life)


def _keys_of(request: Any) -> list[str]:
    """The keys this browser holds, newest first: of several tabs whose session ended at once."""
    return [key for key in request.COOKIES.get(KEPT, "").split(".") if key][:MOST_FORMS]


def _waiting(request: Any) -> Any:
    return KeptForm.objects.filter(key_digest__in=[_digest(key) for key in _keys_of(request)])


def clear_owner(request: Any, response: HttpResponse) -> None:
    """After a sign-out by hand: nothing of this browser leads to the account any more."""
    if KEPT in request.COOKIES:
        _waiting(request).delete()
        response.delete_cookie(KEPT)
    response.delete_cookie(OWNER)


def keep_form(request: Any, page: str) -> str:
    """Keep what a POST typed for the account whose session ended; the key for the browser, "" when nothing is kept.

    `page`: the address where the form stands. Nothing is kept of sign-in pages, of more than 64 kB, of a browser that
    nobody was signed in with, or when nothing was typed.
    """
    owner, action = owner_of(request), _plain_path(request.path)
    if owner is None or request.content_type not in FORMS or is_private(action):
        return ""
    fields = {name: request.POST.getlist(name) for name in request.POST if _is_kept(name)}
    body = json.dumps(fields, ensure_ascii=False)
    if not typed_words(_query(fields)) or len(fields) > MOST_FIELDS or len(body.encode()) > MOST_BYTES:
        return ""
    if not User.objects.filter(pk=owner, is_active=True).exists():
        return ""
    key = secrets.token_urlsafe(24)
    KeptForm.objects.filter(expires_at__lte=timezone.now()).delete()
    if not _make_room(request, owner):
        return ""
    KeptForm.objects.create(
        key_digest=_digest(key), user_id=owner, page=(_plain_path(page) or action)[:MOST_ADDRESS],
        action=action[:MOST_ADDRESS], body=body, expires_at=timezone.now() + LIFE,
    )  # fmt: skip
    return key


def _make_room(request: Any, owner: int) -> bool:
    """Whether one more may be kept. Nobody is signed in here: whoever sits at the browser pushes out the newest of
    that browser, never what its author typed before, and of another browser nothing."""
    mine = _waiting(request).order_by("pk").values_list("pk", flat=True)
    KeptForm.objects.filter(pk__in=list(mine)[MOST_FORMS - 1 :]).delete()
    return KeptForm.objects.filter(user=owner).count() < MOST_OF_ACCOUNT


def _is_kept(name: str) -> bool:
    return name not in UNSAID - {"seen_values"} and not SECRETS.search(name)


def _query(fields: dict[str, list[str]]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, values in fields.items():
        query.setlist(name, values)
    return query


def give_key(request: Any, response: HttpResponse, key: str) -> None:
    """Leave the key in this browser, before those of its other tabs that still wait."""
    if key:
        waiting = set(_waiting(request).values_list("key_digest", flat=True))
        others = [held for held in _keys_of(request) if _digest(held) in waiting]
        _put(response, KEPT, ".".join([key, *others][:MOST_FORMS]), int(LIFE.total_seconds()))


def show_kept(request: Any, response: HttpResponse) -> None:
    """Fill the form of a page with what its reader had typed there before the session ended."""
    waiting = _waiting(request).filter(user=request.user, expires_at__gt=timezone.now())
    if request.method == "POST":  # the form was sent: it answers for what it holds from now on
        waiting.filter(action=_plain_path(request.path)).delete()
        return
    is_page = response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html")
    if request.method != "GET" or not is_page or response.streaming or request.headers.get("HX-Request"):
        return
    kept = waiting.filter(page=_plain_path(request.get_full_path())).order_by("-pk").first()
    if kept is None:
        return
    typed = _query(json.loads(kept.body))
    filled, left = refill(response.content.decode(), typed, _in_language(kept.action), {}, hidden={"seen_values"})
    response.content = _say(filled, left).encode()
    if kept.expires_at > timezone.now() + SHOWN_FOR:
        KeptForm.objects.filter(pk=kept.pk).update(expires_at=timezone.now() + SHOWN_FOR)


def typed_before(request: Any) -> list[str]:
    """What a POST of our own page typed, for the page that says it was too old to send from. Nothing for a request
    that another site made: it would put its words into our page."""
    ours = f"{request.scheme}://{request.get_host()}"
    came_from = request.headers.get("Origin") or request.headers.get("Referer", "")
    if came_from != ours and not came_from.startswith(f"{ours}/") or request.content_type not in FORMS:
        return []
    fields = {name: request.POST.getlist(name) for name in request.POST if _is_kept(name) and name not in UNSAID}
    words = [] if is_private(request.path) else typed_words(_query(fields))
    return words if len(json.dumps(words)) <= MOST_BYTES else []


def _say(page: str, left: list[str]) -> str:
    """The page with a sentence before its content: what was typed is back, or what of it has no form any more."""
    sentence = _(
        "What you typed before you were signed out is in the form again. It is not sent: look at it and send."
    )
    if left:
        sentence = _("You had typed: %(words)s") % {"words": " · ".join(left)}
    note = f'<div class="wrap pt-4" role="status"><p class="note is-wait">{escape(sentence)}</p></div>'
    return re.sub(r"(?=<main\b)", lambda _found: note, page, count=1)


def delete_expired_forms() -> int:
    """Erase what nobody came back for; how many."""
    return KeptForm.objects.filter(expires_at__lte=timezone.now()).delete()[0]
