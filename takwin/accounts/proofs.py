"""Proven phones and e-mails: the first proof makes an account, or takes it from whoever only claimed it.

Someone may have noted another's number with a password of their own. What was never proven opens nothing afterwards:
the password, the sessions, the second factors and the other unproven phones and e-mails go with the first proof."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from takwin.accounts.models import User
from takwin.core.changes import change, create
from takwin.core.choices import Channel
from takwin.core.messages import send_code

PHONE, EMAIL = "phone", "email"


def deliver(kind: str, to: str, body: str, subject: str = "") -> None:
    """Send a code at once; the row stays when the gateway fails."""
    send_code(to, body, about="sign-in", channel=Channel.SMS if kind == PHONE else Channel.MAIL, subject=subject)


def is_proven(user: User) -> bool:
    """Whether the account holds a phone or an e-mail that someone has proven."""
    return bool(user.phone and user.phone_verified) or EmailAddress.objects.filter(user=user, verified=True).exists()


def find_holder(kind: str, to: str) -> User | None:
    """The account a phone or an e-mail opens: the one that proved it, else one of which nothing is proven yet. A claim
    beside another proven phone or e-mail holds nothing."""
    if kind == PHONE:
        user = User.objects.filter(phone=to).first()
        return user if user and (user.phone_verified or not is_proven(user)) else None
    address = EmailAddress.objects.filter(email=to, verified=True).select_related("user").first()
    if address:
        return address.user
    claims = User.objects.filter(Q(email=to) | Q(emailaddress__email=to)).distinct().order_by("pk")
    return next((user for user in claims if not is_proven(user)), None)


def holds(user: User, kind: str, to: str) -> bool:
    """Whether the account has proven this very phone or e-mail."""
    if kind == PHONE:
        return user.phone == to and user.phone_verified
    return EmailAddress.objects.filter(user=user, email=to, verified=True).exists()


def open_account(kind: str, to: str, *, password: str = "") -> tuple[User, bool]:
    """The account of a phone or e-mail just proven, and whether it is new. `password` is a hash for a new one."""
    for last in (False, True):
        try:
            with transaction.atomic():
                user = find_holder(kind, to)
                if user is not None:
                    return (user if holds(user, kind, to) else prove(user, kind, to, password=password)), False
                release(kind, to)
                fresh = User(password=password or make_password(None))
                return prove(create(fresh, "open_account", by=None), kind, to, keep_password=True), True
        except IntegrityError:  # another browser proved the same number in the same instant
            if last:
                raise
    raise AssertionError("unreachable")


def prove(user: User, kind: str, to: str, *, password: str = "", keep_password: bool = False) -> User:
    """Note a proof. The first one of an account drops what was there unproven; `keep_password` when the same browser
    has just typed it."""
    with transaction.atomic():
        first, before = not is_proven(user), user.phone
        release(kind, to, keep=user)
        with change(_itself(user), "prove", by=user, kind=kind) as row:
            if first and not keep_password:
                row.password = password or make_password(None)
            if kind == PHONE:
                row.phone, row.phone_verified = to, True
                if first:
                    row.email = None
            else:
                row.email = to
                if first:
                    row.phone, row.phone_verified = None, False
        if first:
            EmailAddress.objects.filter(user=user, verified=False).delete()
            Authenticator.objects.filter(user=user).delete()
            end_sessions(user)
        if kind == EMAIL:
            EmailAddress.objects.filter(user=user).update(primary=False)
            EmailAddress.objects.update_or_create(user=user, email=to, defaults={"verified": True, "primary": True})
    if kind == PHONE and before and before != to and not first:
        deliver(PHONE, before, _("takwin: your account now has another phone. If it was not you, tell your centre."))
    return row


def release(kind: str, to: str, keep: User | None = None) -> None:
    """Take a phone or an e-mail from every account that noted it without proof."""
    mine = keep.pk if keep else 0
    if kind == PHONE:
        claims = User.objects.filter(phone=to, phone_verified=False).exclude(pk=mine)
    else:
        EmailAddress.objects.filter(email=to, verified=False).exclude(user_id=mine).delete()
        claims = User.objects.filter(email=to).exclude(pk=mine)
    for user in claims:
        with change(user, "release", by=None, kind=kind) as row:
            setattr(row, kind, None)


def end_sessions(user: User, keep: str | None = None) -> None:
    """Close every session of an account but the one named."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep):
        session.end()


def set_password(user: User, password: str) -> None:
    """A password chosen after a proof."""
    with change(_itself(user), "set_password", by=user) as row:
        row.set_password(password)
    user.password = row.password


def _itself(user: User) -> User:
    """The row behind `request.user`, which is a lazy stand-in for it."""
    return User.objects.get(pk=user.pk)
