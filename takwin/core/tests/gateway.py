"""Gateways for tests: one that keeps what it sends, for a secret's words are erased from the outbox; one over HTTP."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.core import mail

from takwin.core.messages import ConsoleSms


class KeptSms(ConsoleSms):
    """The sender of every test. `sent` holds (to, body, reference); `conftest` empties it."""

    sent: list[tuple[str, str, str]] = []

    def send(self, to, body, reference):
        super().send(to, body, reference)
        self.sent.append((to, body, reference))
        return f"kept-{reference}"


def last_sms(to=""):
    """The words of the last SMS, to a number when one is given."""
    return next(body for number, body, _reference in reversed(KeptSms.sent) if not to or number == to)


def last_words(to):
    """The words of the last message to a number or an address."""
    return last_sms(to) if "@" not in to else next(each.body for each in reversed(mail.outbox) if to in each.to)


class MoodySms(KeptSms):
    """Fails by the receiver's last digits, as gateways do: any exception at all, or a refusal for good."""

    def send(self, to, body, reference):
        from takwin.core.messages import MessageRefused

        moods = {"1": ValueError, "2": KeyError, "3": TimeoutError, "4": RecursionError, "9": MessageRefused}
        if to[-1] in moods:
            raise moods[to[-1]](f"no: {to} {body}")
        return super().send(to, body, reference)


class DownSms(KeptSms):
    """A gateway that is down."""

    def send(self, to, body, reference):
        raise ConnectionRefusedError("nobody listens")


@contextmanager
def http_gateway(answers=()):
    """A gateway on loopback: gives its address and the requests it saw. `answers`: (status, body) one after another,
    then 200 with an id."""
    seen, waiting, lock = [], list(answers), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            text = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                seen.append((dict(self.headers), json.loads(text)))
                status, body = waiting.pop(0) if waiting else (200, json.dumps({"id": f"P-{len(seen)}"}).encode())
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sms?v=1", seen
    finally:
        server.shutdown()
        server.server_close()
