"""Custom headers that webhooks may and may not have."""

import pytest

from app.webhooks.headers import filter_headers


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "CONNECTION",
        "Proxy-Authorization",
        "TE",
        "Content-Type",
        "User-Agent",
        "LC-Signature",
        "lc-signature",
        "X-Webhook-Event-ID",
        "Webhook-Signature",
    ],
)
def test_headers_set_by_the_server_cannot_be_overridden(name: str) -> None:
    filtered = filter_headers({name: "x", "X-Mine": "y"})
    assert filtered.kept == {"X-Mine": "y"}
    assert filtered.note == f"custom headers left out: {name} (set by the server)"


@pytest.mark.parametrize("value", ["a\r\nHost: b", "a\nb", "a\rb", "a\0b", "a\x7f", "\u2028"])
def test_values_with_line_breaks_are_left_out(value: str) -> None:
    filtered = filter_headers({"X-Mine": value})
    assert filtered.kept == {}
    assert filtered.note == (
        "custom headers left out: X-Mine (a value with line breaks or control characters)"
    )


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ä", "a\0"])
def test_invalid_header_names_are_left_out(name: str) -> None:
    filtered = filter_headers({name: "x"})
    assert filtered.kept == {}
    assert filtered.note is not None
    assert "not a valid name" in filtered.note
    assert filtered.note.isprintable()
    assert filtered.note.isascii()


def test_ordinary_headers_are_kept() -> None:
    custom = {"Authorization": "Bearer a b", "X-Ümlaut": "x", "X-Text": " schön\tso "}
    filtered = filter_headers(custom)
    assert filtered.kept == {"Authorization": "Bearer a b", "X-Text": "schön\tso"}
    assert filtered.note is not None
