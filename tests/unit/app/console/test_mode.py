"""The console is on where nobody can listen to it."""

import pytest

from app.console.mode import choose_mode, signs_in_automatically
from app.settings import Settings


@pytest.mark.parametrize(
    ("settings", "is_on"),
    [
        ({}, True),
        ({"host": "localhost"}, True),
        ({"host": "::1"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "192.0.2.7"}, False),
        ({"host": "0.0.0.0", "public_url": "http://docs.example.com"}, False),
        ({"host": "0.0.0.0", "public_url": "https://docs.example.com"}, True),
        ({"host": "0.0.0.0", "console": "on"}, True),
        ({"console": "off"}, False),
    ],
)
def test_auto_is_on_where_no_other_machine_reads_along(
    settings: dict[str, str], is_on: bool
) -> None:
    assert choose_mode(Settings(**settings)).is_on is is_on  # type: ignore[arg-type]


def test_the_log_says_why_it_is_off_and_how_to_turn_it_on() -> None:
    reason = choose_mode(Settings(host="0.0.0.0")).reason

    assert "without https" in reason
    assert "PIGEONHOLE_PUBLIC_URL" in reason
    assert "PIGEONHOLE_CONSOLE=on" in reason


def test_nobody_is_signed_in_by_itself_beyond_this_machine() -> None:
    assert signs_in_automatically(Settings(console_sign_in="automatic"))
    assert not signs_in_automatically(Settings(console_sign_in="automatic", host="0.0.0.0"))
    assert not signs_in_automatically(Settings())
