"""The publication minute: everyone opens the address of the message. Open loop: RATE requests a second for SECONDS.

Run by bin/bench on a database whose results are published. Starts the server as the demo does, on loopback, and stops
it. The client shares the machine's processors with the server and the database, as it says.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "takwin.config.settings")
import django

django.setup()
from django.db import connection

from takwin.admissions.models import Application
from takwin.admissions.tokens import token

RATE, SECONDS = int(os.environ.get("RATE", "200")), int(os.environ.get("SECONDS", "20"))
WORKERS = int(os.environ.get("WORKERS", "2"))


def addresses():
    rows = Application.objects.exclude(state__in=["draft", "withdrawn", "submitted"])
    refs = list(rows.values_list("ref", flat=True)[: 50 * RATE * SECONDS])
    random.Random(1).shuffle(refs)
    return [f"/r/{token(ref)}/" for ref in refs[: RATE * SECONDS]]


async def ask(port, path, spent, codes):
    begun = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        codes[answer[9:12].decode()] = codes.get(answer[9:12].decode(), 0) + 1
    except OSError as fault:
        codes[type(fault).__name__] = codes.get(type(fault).__name__, 0) + 1
    spent.append(1000 * (time.perf_counter() - begun))


async def load(port, paths, rate):
    spent, codes, tasks = [], {}, []
    begun = time.perf_counter()
    for n, path in enumerate(paths):
        await asyncio.sleep(max(0.0, begun + n / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(port, path, spent, codes)))
    await asyncio.gather(*tasks)
    return sorted(spent), codes


def main():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    paths = addresses()
    server = subprocess.Popen(
        [
            Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(port), "--no-ws", "--workers", str(WORKERS), "--blocking-threads", "4",
            "--log-level", "warning", "takwin.config.wsgi:application",
        ],
        env=os.environ | {"TAKWIN_ALLOWED_HOSTS": "127.0.0.1"},
    )  # fmt: skip
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.1).close()
                break
            except OSError:
                time.sleep(0.1)
        asyncio.run(load(port, paths[: 4 * RATE], RATE / 4))  # each worker reads the run once
        spent, codes = asyncio.run(load(port, paths, RATE))
    finally:
        server.terminate()
        server.wait(20)
    at = {share: spent[min(len(spent) - 1, int(share * len(spent)))] for share in (0.5, 0.95, 0.99)}
    summary = f"median {at[0.5]:.1f} ms, p95 {at[0.95]:.1f} ms, p99 {at[0.99]:.1f} ms, most {spent[-1]:.0f} ms"
    print(f"{connection.vendor}, {WORKERS} workers, {RATE} requests a second, {len(paths)} in all, {codes}: {summary}")


main()
