#!/bin/sh
# Make a virtual environment that holds exactly what a lock names.
#
#   requirements/install.sh VENV LOCK            the lock alone
#   requirements/install.sh VENV LOCK project    the lock, then this project in editable form,
#                                                then the embedding model
#
# A stamp with a checksum of everything that matters makes the second run silent and offline.
# PYTHON chooses the interpreter; without it the first of the usual names that works is taken.
set -eu

venv=$1
lock=$2
what=${3:-}
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

state() {
    pwd
    {
        cat "$lock" requirements/install.sh
        if [ "$what" = project ]; then cat pyproject.toml worker/classification/embedders/e5/*.py; fi
    } | cksum
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    incomplete=
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        is_new_enough "$candidate" || continue
        if "$candidate" -c 'import venv; from ensurepip import version' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
        incomplete=${incomplete:-$candidate}
    done
    if [ -n "$incomplete" ]; then
        version=$("$incomplete" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail "$incomplete cannot make a virtual environment. On Debian: apt-get install python$version-venv"
    fi
    fail "No Python 3.11 or newer${PYTHON:+ at $PYTHON}. On Debian: apt-get install python3.11 python3.11-venv," \
        "or name one: make PYTHON=/path/to/python3.11"
}

install_with_uv() {
    command -v uv >/dev/null || return 1
    if problem=$(uv pip install --quiet --python "$venv/bin/python" --require-hashes --no-deps -r "$lock" 2>&1); then
        return 0
    fi
    say "uv could not install the lock, trying pip: $(printf '%s' "$problem" | head -n 1)"
    return 1
}

# -qq shows errors only, not warnings about the configuration of the machine.
pip() {
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input "$@"
}

wanted=$(state)
stamp=$venv/.installed
if [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

# The scripts of a moved or copied environment start the interpreter at its old path.
has_moved() {
    [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" != "$(pwd)" ]
}

is_usable() {
    is_new_enough "$venv/bin/python" && "$venv/bin/python" -c 'import pip' 2>/dev/null
}

say "Setting up $venv from $lock (once; a minute or two)"
if has_moved || ! is_usable; then
    python=$(find_python)
    "$python" -m venv --clear "$venv" >/dev/null || fail "$python could not make $venv."
fi
install_with_uv || pip --require-hashes --no-deps -r "$lock"
if [ "$what" = project ]; then
    pip --no-deps --no-build-isolation --editable .
    # pip does not compile an editable project: otherwise each process would.
    "$venv/bin/python" -m compileall -q app cli migrations worker
    "$venv/bin/pigeonhole" models build --if-possible
fi
printf '%s\n' "$wanted" >"$stamp"
