"""Nothing in the repository belongs to one machine, one person or one package registry."""

import re
from pathlib import Path

# Written in pieces, so that this file holds none of them.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "registry.ya" + "rnpkg.com",
    "deb.deb" + "ian.org",
    "archive.ubu" + "ntu.com",
    "gh" + "cr.io",
    "quay" + ".io",
    "docker" + ".io",
    "conda" + ".anaconda.org",
]
MACHINE_PATHS = [
    re.compile(r"(?<![\w./-])/(?:wo" + r"rk|root|Users|home)/[\w.-]"),
    re.compile(r"(?<![\w/])sha" + r"red/"),
    re.compile(r"/opt/(?:pypi|wh" + r"eels)"),
]


def texts(paths: list[Path]) -> list[tuple[Path, str]]:
    found = []
    for path in paths:
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((path, content.decode("utf-8", errors="replace")))
    return found


def test_no_package_registry_is_named(tracked: list[Path]):
    named = [
        f"{path}: {host}" for path, text in texts(tracked) for host in REGISTRIES if host in text
    ]
    assert named == []


def test_no_path_of_one_machine_is_named(tracked: list[Path]):
    named = [
        f"{path}: {match.group()}"
        for path, text in texts(tracked)
        for pattern in MACHINE_PATHS
        for match in pattern.finditer(text)
    ]
    assert named == []
