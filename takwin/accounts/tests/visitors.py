"""The visitors a page of the desk must know: nobody, someone without a role, the wrong role, the right one."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from takwin.accounts.tests.make import make_user

QUERIES = 26  # the season page reads three tables of sums and eight published figures; no page grows with its rows


def meet(client: Any, path: str, right: str, wrong: str | None, **here: str) -> Any:
    """The answer the right visitor gets, after all the others were sent away; constant queries."""
    answer = client.get(path)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.url
    client.force_login(make_user("nobody@example.org"))
    assert client.get(path).status_code == 403
    if wrong:
        client.force_login(make_user("wrong@example.org", wrong))
        assert client.get(path).status_code == 403
    client.force_login(make_user("right@example.org", right, **here))
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200
    assert len(queries) <= QUERIES, [query["sql"][:120] for query in queries]
    return answer


def send_away(client: Any, path: str, right: str, **elsewhere: str) -> None:
    """The right role at another place: not found, reading and writing."""
    client.force_login(make_user("elsewhere@example.org", right, **elsewhere))
    assert client.get(path).status_code == 404
    assert client.post(path, {"do": "x"}).status_code in {403, 404, 405}
