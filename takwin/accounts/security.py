"""The log of security events: sign-ins, failures, factors, roles; and who is notified of them.

An event holds no password, no code and no login that was typed: a wrong login may be a password typed in the wrong
field. Addresses are kept for `KEPT`, then the events are removed by the clock.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth.signals import user_login_failed
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from takwin.accounts.choices import EventKind
from takwin.accounts.limits import client_address
from takwin.accounts.models import Grant, SecurityEvent, User
from takwin.accounts.roles import Role
from takwin.accounts.selectors import by_login
from takwin.core.choices import Channel
from takwin.core.messages import in_language_of, post

KEPT = timedelta(days=365)  # house value: long enough to look back over a season
KNOWN_FOR = timedelta(days=90)  # an address not seen for so long is new again
WINDOW = timedelta(hours=1)
MANY_FOR_ACCOUNT, MANY_FOR_ADDRESS = 10, 200  # failures in `WINDOW`; 200: five each of a class of forty
FAILURES = (EventKind.SIGN_IN_FAILED, EventKind.CODE_REJECTED, EventKind.FACTOR_FAILED)


def record_event(
    kind: EventKind, *, user: User | None = None, request: HttpRequest | None = None, **data: str
) -> SecurityEvent:
    """Note an event. `data` is short words: a method, a role, a reference; never what was typed."""
    address = client_address(request) if request is not None else None  # none outside a request
    return SecurityEvent.objects.create(kind=kind, user=user, address=address, data=data)


def send_alert(user: User, subject: Promise, body: Promise, **facts: str) -> None:
    """Write to somebody in their language, by e-mail where there is one, else by SMS."""
    with in_language_of(user):
        words = str(body) % facts
        if user.email:
            post(Channel.MAIL, user.email, words, subject=str(subject), about="security")
        elif user.phone and user.phone_verified:
            post(Channel.SMS, user.phone, words, about="security")


def neighbourhood(address: str) -> str:
    """The network of an address, as a phone on the move keeps it: /16 of IPv4, /48 of IPv6."""
    length = 16 if ip_address(address).version == 4 else 48
    return str(ip_network(f"{address}/{length}", strict=False))


def note_sign_in(request: HttpRequest, user: User, **_more: object) -> None:
    """A sign-in; staff are notified when it comes from a network where they have not been for a while."""
    event = record_event(EventKind.SIGNED_IN, user=user, request=request)
    if not event.address or not user.held():
        return
    before = SecurityEvent.objects.filter(
        user=user, kind=EventKind.SIGNED_IN, at__gt=timezone.now() - KNOWN_FOR, address__isnull=False
    ).exclude(pk=event.pk)
    known = {neighbourhood(str(address)) for address in before.values_list("address", flat=True).distinct()[:500]}
    if known and neighbourhood(event.address) not in known:
        record_event(EventKind.NEW_ADDRESS, user=user, request=request)
        send_alert(
            user,
            _("A sign-in from a new address"),
            _("Your account was opened from the address %(address)s. If it was not you, change your password now."),
            address=event.address,
        )


def note_failure(credentials: dict[str, str], request: HttpRequest | None = None, **_more: object) -> None:
    """A wrong password. The account is noted when the login is somebody's; what was typed is not."""
    login = credentials.get("email") or credentials.get("phone") or credentials.get("login") or ""
    user = by_login(str(login)[:254]).first() if login and "\x00" not in str(login) else None
    record_event(EventKind.SIGN_IN_FAILED, user=user, request=request)


def note_wrong_code(request: HttpRequest, user: User | None, **_more: object) -> None:
    record_event(EventKind.CODE_REJECTED, user=user if getattr(user, "pk", None) else None, request=request)


def note_password(request: HttpRequest, user: User, **_more: object) -> None:
    """The password was changed: the owner is notified, whoever did it."""
    record_event(EventKind.PASSWORD_CHANGED, user=user, request=request)
    send_alert(
        user,
        _("Your password was changed"),
        _("Your takwin password was changed. If it was not you, ask for a new one now."),
    )


def note_email(request: HttpRequest, user: User, **_more: object) -> None:
    record_event(EventKind.EMAIL_CHANGED, user=user, request=request)


def note_factor_added(request: HttpRequest, user: User, **_more: object) -> None:
    """A second factor was added: the owner is notified, since it also keeps the owner out when it is not theirs."""
    record_event(EventKind.FACTOR_ADDED, user=user, request=request)
    send_alert(
        user,
        _("A second factor was added"),
        _("A second factor was added to your takwin account. If it was not you, ask your manager now."),
    )


def note_factor_removed(request: HttpRequest, user: User, **_more: object) -> None:
    """A second factor was removed: the owner is notified."""
    record_event(EventKind.FACTOR_REMOVED, user=user, request=request)
    send_alert(
        user,
        _("A second factor was removed"),
        _("A second factor of your takwin account was removed. If it was not you, ask your manager now."),
    )


def note_factor_failed(request: HttpRequest, user: User, **_more: object) -> None:
    record_event(EventKind.FACTOR_FAILED, user=user, request=request)


def connect() -> None:
    """Listen at the door; called once, when the application is ready."""
    account_signals.user_logged_in.connect(note_sign_in, dispatch_uid="security.signed_in")
    user_login_failed.connect(note_failure, dispatch_uid="security.failed")
    for signal in (account_signals.login_code_rejected, account_signals.password_reset_code_rejected):
        signal.connect(note_wrong_code, dispatch_uid="security.code")
    for signal in (
        account_signals.password_changed,
        account_signals.password_set,
        account_signals.password_reset,
    ):
        signal.connect(note_password, dispatch_uid="security.password")
    for signal in (account_signals.email_changed, account_signals.email_added, account_signals.email_removed):
        signal.connect(note_email, dispatch_uid="security.email")
    mfa_signals.authenticator_added.connect(note_factor_added, dispatch_uid="security.factor_added")
    mfa_signals.authenticator_removed.connect(note_factor_removed, dispatch_uid="security.factor_removed")
    mfa_signals.authentication_failed.connect(note_factor_failed, dispatch_uid="security.factor_failed")


def raise_alarms() -> int:
    """Look at the last hour: an account or an address with many failures is an alarm, once an hour; how many.

    The watchers are those who manage the whole network. Called by the clock.
    """
    since = timezone.now() - WINDOW
    failures = SecurityEvent.objects.filter(kind__in=FAILURES, at__gt=since)
    alarms = SecurityEvent.objects.filter(kind=EventKind.ALARM, at__gt=since)
    known_users = set(alarms.exclude(user=None).values_list("user_id", flat=True))
    known_addresses = set(alarms.filter(user=None).values_list("address", flat=True))
    by_user = failures.exclude(user=None).values_list("user_id").annotate(times=Count("pk")).order_by()
    by_address = failures.exclude(address=None).values_list("address").annotate(times=Count("pk")).order_by()
    made = [
        SecurityEvent(kind=EventKind.ALARM, user_id=user_id, data={"times": times})
        for user_id, times in by_user.filter(times__gte=MANY_FOR_ACCOUNT)
        if user_id not in known_users
    ] + [
        SecurityEvent(kind=EventKind.ALARM, address=address, data={"times": times})
        for address, times in by_address.filter(times__gte=MANY_FOR_ADDRESS)
        if address not in known_addresses
    ]
    SecurityEvent.objects.bulk_create(made)
    if made:
        held = Grant.objects.in_force().filter(role=Role.NATIONAL, everywhere=True).values("user")
        watchers = User.objects.filter(pk__in=held, is_active=True).order_by("pk")
        for watcher in watchers[:50]:
            send_alert(
                watcher,
                _("Many failed sign-ins"),
                _("Many sign-ins failed in the last hour: see the security events of the desk."),
            )
    return len(made)


def delete_old_events() -> int:
    """Remove events older than `KEPT`, at most 10,000 a call; how many. Called by the clock."""
    old = SecurityEvent.objects.filter(at__lt=timezone.now() - KEPT).order_by("at").values("pk")[:10_000]
    return SecurityEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
