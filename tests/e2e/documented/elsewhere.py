"""Commands of the pages that are not run here: what runs them, or why nothing does.

The keys are regular expressions for the beginning of a command, after `export` and the folder of
the program. `test_listed.py` looks at these commands without running them.
"""

import re

from tests.e2e.documented.pages import Command

# Pages whose commands a script runs, on a machine of its own.
PAGES_RUN_BY = {
    "docs/how-to/air-gapped.md": "deploy/check-bundle",
    "docs/how-to/bare-host.md": "deploy/check-host",
}

# Where a test or a script runs the same command.
RUN_BY = {
    r"make demo": "tests/e2e/test_demo.py",
    r"make serve": "devtools/server.py",
    r"(\w+=\w+ )?pigeonhole serve": "devtools/server.py",
    r"pigeonhole worker": "devtools/server.py",
    r"pigeonhole migrate": "devtools/server.py",
    r"make (check|test)": ".ci/run",
    r"make install": "tests/unit/project/test_install.py",
    r"pigeonhole read": "tests/unit/docs/test_commands.py",
    r"pigeonhole sort .* --watch": "tests/e2e/test_sort.py",
    r"pigeonhole models (fit|check)": "tests/integration/worker/classification/test_loading.py",
    r"createdb|pg_restore|cp -a blobs": "tests/e2e/shared_server/test_backup.py",
}

# Why nothing can run them here, and what looks at the files that they use.
NOT_RUN = {
    r"docker": ("needs Docker", "tests/unit/project/test_deployment.py"),
    r"kubectl": ("needs Kubernetes", "tests/unit/project/test_kubernetes.py"),
    r"systemctl|journalctl|useradd|install ": (
        "needs systemd and root",
        "tests/unit/project/test_deployment.py",
    ),
    r"apt-get": ("needs Debian's packages and root", "tests/unit/cli/test_ocr.py"),
    r"pip install": ("needs a package index", "tests/unit/project/test_locks.py"),
    r"git pull": ("needs a remote repository", "docs/how-to/upgrade.md"),
    r"llp": ("is a program of others", "docs/how-to/other-clients.md"),
    r"python -m benchmarks\.": ("needs labelled documents", "benchmarks/accuracy/__main__.py"),
}


def is_listed(command: Command) -> bool:
    """Tell whether a command is run elsewhere or not at all."""
    text = normalise(command.text)
    return command.page in PAGES_RUN_BY or any(
        re.match(pattern, text) for pattern in (*RUN_BY, *NOT_RUN)
    )


def normalise(text: str) -> str:
    """Return a command without `export` and without the folder of the program."""
    return re.sub(r"^(?:/opt/pigeonhole|\.venv)/bin/", "", text.removeprefix("export "))
