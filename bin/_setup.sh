# Shared set-up, sourced by demo, test and bench: a virtual environment from hashed locks, nothing else.
# POSIX sh. Needs Debian 12 with python3.11, as root or with sudo; asks apt only for what is missing.
ROOT=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$ROOT" || exit 1
export DJANGO_SETTINGS_MODULE=takwin.config.settings PYTHONPATH="$ROOT" PYTHONUTF8=1
VENV=${TAKWIN_VENV:-$ROOT/.venv}
PY=$VENV/bin/python

say() { printf '%s\n' "$*"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else say "This needs root or sudo: $*" >&2; exit 1; fi
}

apt_need() { # package... : install the Debian packages that are missing
    missing=
    for package in "$@"; do dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"; done
    [ -z "$missing" ] && return 0
    say "Installing Debian packages:$missing"
    as_root apt-get update -qq >/dev/null
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

make_venv() { # lock file : a venv with exactly these packages; a stamp makes the next run instant
    lock=$1 stamp=$VENV/.stamp-$(basename "$1")
    [ "$stamp" -nt "$lock" ] && [ "$stamp" -nt pyproject.toml ] && return 0
    python3.11 -c 'import ensurepip, venv' 2>/dev/null || apt_need python3.11-venv
    [ -x "$PY" ] || python3.11 -m venv "$VENV"
    "$VENV/bin/pip" install -q --disable-pip-version-check uv
    if [ "$lock" = requirements.lock ] && [ -e "$VENV/.stamp-requirements-dev.lock" ]; then
        touch "$stamp"; return 0 # the development set holds the run-time set
    fi
    "$VENV/bin/uv" pip install -q --python "$PY" --require-hashes -r "$lock"
    touch "$stamp"
}

compile_catalogues() { # .mo files from .po files, only where older
    for po in locale/*/LC_MESSAGES/django.po; do
        mo=${po%.po}.mo
        [ "$mo" -nt "$po" ] || "$VENV/bin/pybabel" -q compile -i "$po" -o "$mo" 2>/dev/null
    done
}
