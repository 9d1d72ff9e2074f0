"""Structured logs: one JSON line per request, without names, numbers or bodies."""

import logging
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest

DROPPED = {"name", "phone", "email", "password", "cin", "body"}


def drop_personal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Personal keys never reach a log."""
    return {key: value for key, value in event.items() if key not in DROPPED}


def configure(options: dict[str, Any]) -> None:
    """Called by Django with settings.LOGGING."""
    logging.basicConfig(level=options["level"], format="%(message)s")
    # Django's own line of a 404 holds the whole address; ours holds its pattern. What is above it stays.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            drop_personal,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(options["level"])),
    )


def route_of(request: HttpRequest) -> str:
    """The pattern of an address, such as "r/<str:signed>/": the address may open somebody's result or booking."""
    match = request.resolver_match
    return str(match.route) if match else "(no page)"


class RequestLog:
    """One line a request: method, route, status, milliseconds."""

    def __init__(self, get_response: Any) -> None:
        self.get_response, self.log = get_response, structlog.get_logger("takwin.request")

    def __call__(self, request: Any) -> Any:
        begun = time.perf_counter()
        response = self.get_response(request)
        spent = round(1000 * (time.perf_counter() - begun), 1)
        self.log.info("request", method=request.method, route=route_of(request), status=response.status_code, ms=spent)
        return response
