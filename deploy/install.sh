#!/bin/sh
# Install Pigeonhole from this bundle; needs no network and no root.
#
#   ./install.sh DIRECTORY        such as /opt/pigeonhole; a new one, or one that this script made
#
# PYTHON chooses the interpreter: it must be of the minor version that the wheels are for.
set -eu

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

[ $# = 1 ] || fail "Usage: $0 DIRECTORY"
case $1 in
    /*) target=$1 ;;
    *) target=$(pwd)/$1 ;;
esac
cd "$(dirname "$0")"

echo 'Comparing the checksums'
sha256sum --check --quiet --strict SHA256SUMS || fail 'The bundle is damaged or was changed: nothing was installed.'
# The comparison above ignores files that the list does not name.
listed=$(wc -l <SHA256SUMS)
present=$(find . -type f ! -name SHA256SUMS | wc -l)
[ "$listed" = "$present" ] || fail "The bundle has $present files and not $listed: nothing was installed."

platform=$(cat PLATFORM)
is_fit() {
    [ "$platform" = "$("$1" -c 'import sys, sysconfig, venv, ensurepip
print("cp%d%d-%s" % (*sys.version_info[:2], sysconfig.get_platform()))' 2>/dev/null)" ]
}
python=
minor=${platform%%-*}
for candidate in ${PYTHON:-python3.${minor#cp3} python3}; do
    if is_fit "$candidate"; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || fail "The wheels are for $platform: no such Python with its venv module was found: name one with PYTHON=...."

stamp=$target/.pigeonhole
[ ! -e "$target" ] || [ -f "$stamp" ] || fail "$target exists already, and is not an installation of Pigeonhole."
echo "Installing into $target"
"$python" -m venv --clear "$target"
: >"$stamp"
# Isolated: pip ignores the configuration of this machine and takes only these files.
"$target/bin/python" -m pip --isolated -qq install --disable-pip-version-check --no-index \
    --find-links wheels --require-hashes --no-deps -r requirements.txt
mkdir -p "$target/share/pigeonhole/models" "$target/share/tessdata"
cp -R models/. "$target/share/pigeonhole/models"
cp ocr/* "$target/share/tessdata"
"$target/bin/pigeonhole" models check

cat <<END

Installed. For one machine:
  $target/bin/pigeonhole serve --data-dir /var/lib/pigeonhole
With Postgres, Redis and more workers: set PIGEONHOLE_DATABASE_URL, PIGEONHOLE_BROKER_URL and
PIGEONHOLE_SECRET_KEY, then
  $target/bin/pigeonhole migrate
  $target/bin/pigeonhole serve --host 0.0.0.0
  $target/bin/pigeonhole worker
To try a running server with the samples of this bundle:
  PIGEONHOLE_API_KEY=... $target/bin/python check.py http://127.0.0.1:8000 samples
END
