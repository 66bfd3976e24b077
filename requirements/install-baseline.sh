#!/bin/sh
# Make a virtual environment for the baseline of `make bench`: requirements/install-baseline.sh VENV FILE
#
# Without hashes, unlike requirements/install.sh: torch has another file for each kind of machine.
set -eu

venv=$1
list=$2
cd "$(dirname "$0")/.."

wanted=$(cksum <"$list")
stamp=$venv/.installed
if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
echo "Installing the packages of $list into $venv (once; a gigabyte)" >&2
.venv/bin/python -m venv --clear "$venv"
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input -r "$list"
printf '%s\n' "$wanted" >"$stamp"
