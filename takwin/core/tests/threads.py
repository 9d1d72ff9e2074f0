"""Races: the same work by many threads at once, each with a connection of its own."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from takwin.core.errors import Refused


def together(count, work):
    """Run `work(n)` in threads at once; returns what each gave, a refusal as its code."""

    def one(n):
        try:
            return work(n)
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
