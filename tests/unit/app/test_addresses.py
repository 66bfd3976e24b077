"""IP addresses and networks in text."""

import pytest

from app.addresses import is_loopback, parse_networks


@pytest.mark.parametrize("value", ["10.0.0.1/8", "localhost", "10.0.0.0/33", "*"])
def test_malformed_networks_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="addresses or networks, separated by commas"):
        parse_networks(value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("api.example.com", False),
        ("", False),
        (None, False),
    ],
)
def test_hosts_that_mean_this_machine(host: str | None, *, expected: bool) -> None:
    assert is_loopback(host) is expected
