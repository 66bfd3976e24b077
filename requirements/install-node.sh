#!/bin/sh
# Install an SDK for Node.js from its lock into a folder.
#
#   requirements/install-node.sh FOLDER LOCK_FOLDER
#
# A stamp with a checksum of the lock makes the second run silent and offline.
set -eu

folder=$1
lock=$2
cd "$(dirname "$0")/.."

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

command -v npm >/dev/null || fail 'npm is missing: install Node.js 20 or newer, with npm.'
wanted=$(cat "$lock/package-lock.json" requirements/install-node.sh | cksum)
[ "$(cat "$folder/.installed" 2>/dev/null)" = "$wanted" ] && exit 0

printf 'Setting up %s (once)\n' "$folder" >&2
mkdir -p "$folder"
cp "$lock/package.json" "$lock/package-lock.json" "$folder/"
npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
printf '%s\n' "$wanted" >"$folder/.installed"
