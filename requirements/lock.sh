#!/bin/sh
# Resolve the dependencies and write the locks: every version, every file's hash, no address.
# Extra arguments go to uv: `make lock ARGS=--upgrade` takes the newest versions allowed.
set -eu

cd "$(dirname "$0")/.."
command -v uv >/dev/null || {
    echo 'The locks are written by uv, which is not on the PATH: pip install uv' >&2
    exit 1
}

compile() {
    output=$1
    shift
    uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        --output-file "requirements/$output" "$@"
}

compile runtime.txt pyproject.toml "$@"
compile dev.txt pyproject.toml --extra dev "$@"
compile build.txt requirements/build.in "$@"
compile bench.txt requirements/bench.in --no-deps "$@"
compile sdk-services.txt requirements/sdk-services.in "$@"
