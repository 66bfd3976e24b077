"""Stands in for systemctl where systemd does not run: starts what a unit says, as its user.

    python units.py daemon-reload | enable --now NAME... | restart NAME... | stop NAME...

`deploy/check-host` puts it on the PATH as `systemctl`. It does what the units of this project ask
for: user, directories, umask, environment, services that come first, no new privileges and no
capabilities. What else they restrict is left to systemd. Other services are started by `service`.
"""

import os
import pwd
import shlex
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

UNITS = Path("/etc/systemd/system")
RUNTIME = Path("/run/units")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
STOP_SECONDS = 60.0

Unit = dict[str, list[str]]


def read_unit(name: str) -> Unit:
    """Return the values of each key of a unit, in their order."""
    unit: Unit = defaultdict(list)
    for line in (UNITS / f"{name}.service").read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith(("#", ";")):
            unit[key.strip()].append(value.strip())
    return unit


def environment_of(unit: Unit) -> dict[str, str]:
    """Return the variables that systemd sets: those of the files win."""
    user = pwd.getpwnam(unit["User"][0])
    found = {"PATH": PATH, "HOME": user.pw_dir, "USER": user.pw_name, "LOGNAME": user.pw_name}
    files = [Path(path).read_text(encoding="utf-8") for path in unit["EnvironmentFile"]]
    lines = [*unit["Environment"], *(line for text in files for line in text.splitlines())]
    for line in lines:
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[key] = value
    return found


def make_directories(unit: Unit) -> None:
    """Make the state directory for the unit's user."""
    user = pwd.getpwnam(unit["User"][0])
    for name in unit["StateDirectory"]:
        directory = Path("/var/lib", name)
        directory.mkdir(exist_ok=True)
        directory.chmod(int(unit["StateDirectoryMode"][0], 8))
        os.chown(directory, user.pw_uid, user.pw_gid)


def start(name: str) -> None:
    """Start a unit, and before it those of ours that it wants; wait for the end of a oneshot."""
    unit = read_unit(name)
    for wanted in " ".join(unit["Wants"]).split():
        if (UNITS / wanted).exists():
            start(wanted.removesuffix(".service"))
    make_directories(unit)
    user = unit["User"][0]
    assert unit["NoNewPrivileges"] == ["yes"]
    assert unit["CapabilityBoundingSet"] == [""]
    command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
    command += ["--no-new-privs", "--bounding-set=-all", "--", *shlex.split(unit["ExecStart"][0])]
    RUNTIME.mkdir(exist_ok=True)
    with (RUNTIME / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            env=environment_of(unit),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            umask=int(unit["UMask"][0], 8),
            start_new_session=True,
        )
    if unit["Type"] == ["oneshot"]:
        if process.wait() != 0:
            raise SystemExit(f"{name} ended with {process.returncode}: {RUNTIME / name}.log")
        return
    (RUNTIME / f"{name}.pid").write_text(str(process.pid), encoding="utf-8")


def stop(name: str) -> None:
    """Send SIGTERM to a unit's process and wait for its end."""
    file = RUNTIME / f"{name}.pid"
    if not file.exists():
        return
    pid = int(file.read_text(encoding="utf-8"))
    file.unlink()
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            raise SystemExit(f"{name} has not ended within {STOP_SECONDS:g} s of SIGTERM")
        time.sleep(0.1)


def main() -> None:
    """Do what the arguments say."""
    verb, *names = (argument for argument in sys.argv[1:] if not argument.startswith("-"))
    for name in names:
        if not (UNITS / f"{name}.service").exists():
            subprocess.run(["service", name, verb], check=True)
            continue
        if verb in ("restart", "stop"):
            stop(name)
        if verb in ("enable", "restart"):
            start(name)


if __name__ == "__main__":
    main()
