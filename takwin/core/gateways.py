"""SMS gateways that speak HTTP. Which one is used: `TAKWIN_SMS_SENDER`; where it is and its token: the environment."""

from __future__ import annotations

import http.client
import json
import threading
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from takwin.core.messages import MessageRefused

ANSWER_BYTES = 64 * 1024
LATER = {408, 409, 425, 429}  # of the 4xx, those that say "again later" (RFC 9110, RFC 6585)


class GatewayError(Exception):
    """The gateway answered, but not that it took the message."""


class HttpSms:
    """POST {"from", "to", "body", "reference"} as JSON with a bearer token; the answer's "id" is the provider's
    reference. `Idempotency-Key` is the same at each try, so that a try whose answer was lost is not sent twice.

    One kept connection a thread. Raises MessageRefused for a 4xx that no later try can mend; GatewayError, OSError or
    HTTPException for what may pass. Redirects are not followed: they would carry the token elsewhere.
    """

    def __init__(self) -> None:
        address = urlsplit(settings.SMS_URL)
        if address.scheme not in {"https", "http"} or not address.hostname:
            raise ImproperlyConfigured("Set TAKWIN_SMS_URL to the https address of the SMS gateway.")
        if address.scheme == "http" and settings.PRODUCTION:
            raise ImproperlyConfigured("TAKWIN_SMS_URL must be https in production: codes travel through it.")
        self.address, self.path = address, (address.path or "/") + (f"?{address.query}" if address.query else "")
        self.local = threading.local()

    def send(self, to: str, body: str, reference: str) -> str:
        text = json.dumps({"from": settings.SMS_FROM, "to": to, "body": body, "reference": reference}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": reference}
        if settings.SMS_TOKEN:
            headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
        try:
            status, answer = self._exchange(text, headers)
        except (OSError, http.client.HTTPException):
            self._drop_connection()
            raise
        if 400 <= status < 500 and status not in LATER and status not in {401, 403}:
            raise MessageRefused(f"HTTP {status}")
        if not 200 <= status < 300:
            raise GatewayError(f"HTTP {status}")  # 401, 403 too: our token, not this message
        return _provider_ref(answer)

    def _exchange(self, text: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        line = self._line()
        try:
            line.request("POST", self.path, text, headers)
            answer = line.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # A kept connection that the gateway closed meanwhile: once more on a new one, under the same key.
            self._drop_connection()
            line = self._line()
            line.request("POST", self.path, text, headers)
            answer = line.getresponse()
        content = answer.read(ANSWER_BYTES + 1)
        if len(content) > ANSWER_BYTES:
            self._drop_connection()
            content = b""
        return answer.status, content

    def _line(self) -> http.client.HTTPConnection:
        line: http.client.HTTPConnection | None = getattr(self.local, "line", None)
        if line is None:
            kind = http.client.HTTPSConnection if self.address.scheme == "https" else http.client.HTTPConnection
            line = kind(str(self.address.hostname), self.address.port, timeout=settings.SMS_TIMEOUT)
            self.local.line = line
        return line

    def _drop_connection(self) -> None:
        line = getattr(self.local, "line", None)
        self.local.line = None
        if line is not None:
            line.close()


def _provider_ref(answer: bytes) -> str:
    """The "id" of a JSON object, else nothing: the message was taken all the same."""
    try:
        document = json.loads(answer)
    except ValueError:
        return ""
    found = document.get("id") if isinstance(document, dict) else None
    return str(found)[:80] if isinstance(found, (str, int)) else ""
