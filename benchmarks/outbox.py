"""A nation's results through a gateway on loopback: messages a second, and what a code waits for meanwhile.

Writes the messages as a publication does (COPY), starts senders as processes of their own, each with its threads, and
posts a code each second beside them. The gateway answers after `--latency` milliseconds and at most `--rate` a second.
Needs a migrated, empty database; PostgreSQL for figures that mean something.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "takwin.config.settings")
os.environ["TAKWIN_SMS_SENDER"] = "takwin.core.gateways.HttpSms"
COLUMNS = ("channel", "to", "subject", "body", "state", "about", "tries", "priority", "secret")


def serve(queue, latency, rate):
    """The gateway, in a process of its own; puts its port, then keeps to its rate."""
    begun, taken = time.monotonic(), multiprocessing.Value("q", 0)

    class Gateway(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            with taken.get_lock():
                taken.value += 1
                due = taken.value / rate if rate else 0
            time.sleep(max(latency / 1000, begun + due - time.monotonic()) if rate else latency / 1000)
            body = b'{"id": "P"}'
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

        def log_message(self, *_args):
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    server.daemon_threads = True
    queue.put(server.server_port)
    server.serve_forever()


def drain(until_empty):
    """A sender, as `manage.py send_messages` is."""
    import django

    django.setup()
    from takwin.core.messages import send_waiting

    while send_waiting(seconds=until_empty)["sent"]:
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--senders", type=int, default=2)
    parser.add_argument("--latency", type=float, default=0, help="milliseconds of an answer")
    parser.add_argument("--rate", type=float, default=0, help="messages a second that the gateway takes; 0: all")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    ports = context.Queue()
    gateway = context.Process(target=serve, args=(ports, options.latency, options.rate), daemon=True)
    gateway.start()
    os.environ["TAKWIN_SMS_URL"] = f"http://127.0.0.1:{ports.get()}/sms"
    import django

    django.setup()
    from takwin.core.bulk import analyze, load
    from takwin.core.messages import send_code
    from takwin.core.models import Outbox

    count, begun = options.messages, time.perf_counter()
    rows = (("sms", "+212600000005", "", "result", "waiting", f"B-{n}", 0, 9, True) for n in range(count))
    load(Outbox, COLUMNS, rows)
    analyze(Outbox)
    print(f"  {'written':44} {count:9,} in {time.perf_counter() - begun:8.1f} s")
    senders = [context.Process(target=drain, args=(3600,)) for _ in range(options.senders)]
    begun, waits = time.perf_counter(), []
    for each in senders:
        each.start()
    while any(each.is_alive() for each in senders):
        asked = time.perf_counter()
        send_code("+212611111111", "your code is 123456", about="bench")
        waits.append(1000 * (time.perf_counter() - asked))
        time.sleep(1)
    spent = time.perf_counter() - begun
    left = Outbox.objects.exclude(state="sent").count()
    print(f"  {'drained by ' + str(options.senders) + ' senders':44} {count:9,} in {spent:8.1f} s", end="")
    print(f" = {count / spent:7.0f} a second, {left} not sent")
    print(f"  {'a code meanwhile':44} median {statistics.median(waits):8.1f} ms   worst {max(waits):8.1f} ms")
    gateway.terminate()


if __name__ == "__main__":
    main()
