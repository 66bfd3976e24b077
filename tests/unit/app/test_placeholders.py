"""Values of our own examples are refused at the start, in the examples of all releases."""

import re
from pathlib import Path

import pytest
import yaml

from app.errors import StartupError
from app.settings import PREFIX, load_settings
from cli.composition import warn_misspelled_settings, warn_short_key

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_key", "change-me"),
        ("api_key", "llx-try"),
        ("api_key", "llx-check"),
        ("secret_key", "change-me-to-32-or-more-random-characters"),
        ("secret_key", "..."),
        ("database_url", "postgresql://pigeonhole:change-me@postgres:5432/pigeonhole"),
        ("database_url", "postgresql://user:password@db/pigeonhole"),
        ("broker_url", "redis://:change-me@redis:6379/0"),
        ("metrics_token", "change-me"),
    ],
)
def test_it_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(StartupError, match=f"^{PREFIX}{name.upper()} has the value of an example"):
        load_settings(**{name: value})


def test_no_example_can_be_used_as_it_is() -> None:
    documents = yaml.safe_load((ROOT / "deploy/kubernetes/examples/secret.yaml").read_text())
    for name, value in documents["stringData"].items():
        if value:
            with pytest.raises(StartupError, match="value of an example"):
                load_settings(**{name.removeprefix(PREFIX).lower(): value})
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    given = {
        value
        for page in pages
        for value in re.findall(r"PIGEONHOLE_(?:API|SECRET)_KEY=([^\s`]+)", page.read_text())
        if not value.startswith(("$", "llx-$"))
    }
    assert given <= {"..."}


def test_a_misspelled_setting_is_reported(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("JOB_MAX_FILE", "JOB_MAX_FILES", "URL", "SERVICE_HOST"):
        monkeypatch.setenv(f"PIGEONHOLE_{name}", "3")

    warn_misspelled_settings()

    (record,) = caplog.records
    assert record.message == (
        "PIGEONHOLE_JOB_MAX_FILE is not a setting and has no effect; "
        "did you mean PIGEONHOLE_JOB_MAX_FILES?"
    )


@pytest.mark.parametrize(("key", "warnings"), [("a", 1), ("a" * 15, 1), ("a" * 16, 0), ("", 0)])
def test_a_short_key_is_told_and_taken(
    key: str, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    warn_short_key(load_settings(api_key=key))

    assert len(caplog.records) == warnings
    assert "PIGEONHOLE_API_KEY is shorter than 16 characters" in caplog.text or not warnings
