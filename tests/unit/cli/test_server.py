"""Where the server listens, and what it says when it cannot."""

import subprocess
import sys

import pytest

from app.errors import StartupError
from app.settings import load_settings
from cli.server import _listen


def test_port_0_is_a_free_one_on_loopback() -> None:
    with _listen(load_settings(port=0)) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "1:2", "192.0.2.1"])
def test_a_host_that_is_not_here(host: str) -> None:
    with pytest.raises(StartupError, match=r"^PIGEONHOLE_HOST: "):
        _listen(load_settings(port=0, host=host))


def test_the_verb_imports_little_before_the_classifier_begins_to_load() -> None:
    script = (
        "import sys, cli.serve;"
        "sys.exit(not {'cli.server', 'sqlalchemy.orm', 'fastapi'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
