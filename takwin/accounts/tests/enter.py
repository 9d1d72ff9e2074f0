"""People who come in by a phone or an e-mail, as a browser would bring them."""

from __future__ import annotations

import re
from typing import Any

from django.core.cache import cache
from django.test import Client

from takwin.accounts.models import User
from takwin.accounts.tests.make import PASSWORD
from takwin.core.tests.gateway import last_words

PHONE = "+212612345678"


def code_for(to: str) -> str:
    """The digits of the last message to a number or address."""
    found = re.search(r"\b\d{6}\b", last_words(to))
    assert found, "no code in the message"
    return found.group()


def sign_up(client: Client, to: str, *, password: str = PASSWORD, **more: Any) -> Any:
    """The first step; the answer leads to the page of the code."""
    kind = "email" if "@" in to else "phone"
    return client.post("/accounts/signup/", {kind: to, "password1": password} | more)


def join(client: Client, to: str, **more: Any) -> User:
    """The whole sign-up."""
    answer = sign_up(client, to, **more)
    assert answer.status_code == 302, answer.content.decode()
    assert client.post(answer.url, {"code": code_for(to)}).status_code == 302
    user = User.objects.get(**{"email" if "@" in to else "phone": to})
    assert client.session["_auth_user_id"] == str(user.pk)
    return user


def wait_a_day() -> None:
    """Every limit has room again: they live in the cache."""
    cache.clear()
