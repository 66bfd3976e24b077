"""Lists within settings."""

import pytest

from app.settings_checks import parse_waits


def test_waits_are_seconds() -> None:
    assert parse_waits("0.5,30, 3600") == (0.5, 30, 3600)


@pytest.mark.parametrize("value", ["", "1,", "one", "-1", "nan", "inf", "1;2", "9999999999"])
def test_malformed_waits_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="second"):
        parse_waits(value)
