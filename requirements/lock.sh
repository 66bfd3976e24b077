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
compile fuzz.txt requirements/fuzz.in "$@"
compile browser.txt requirements/browser.in "$@"
for sdk in services 1.0.0 1.6.0 2.15.0 2.19.0; do
    compile "sdk-$sdk.txt" "requirements/sdk-$sdk.in" "$@"
done

# npm's locks, without the addresses of archives and of funding.
if command -v npm >/dev/null; then
    for folder in requirements/node/*/; do
        npm install --prefix "$folder" --package-lock-only --omit-lockfile-registry-resolved \
            --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
        python3 - "$folder/package-lock.json" <<'EOF'
import json, pathlib, sys

path = pathlib.Path(sys.argv[1])
lock = json.loads(path.read_text())
for package in lock["packages"].values():
    package.pop("funding", None)
path.write_text(json.dumps(lock, indent=2) + "\n")
EOF
    done
fi
