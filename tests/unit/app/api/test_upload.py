"""Names of uploaded files, including hostile ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.upload import base_name
from app.api.wire.text import MAX_TEXT


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"report.pdf", "report.pdf"),
        ("Prüfbericht №5.pdf".encode(), "Prüfbericht №5.pdf"),
        (b"/srv/somebody/report.pdf", "report.pdf"),
        (rb"C:\Users\somebody\report.pdf", "report.pdf"),
        (b"../../etc/passwd", "passwd"),
        (b"  a b.txt  ", "a b.txt"),
        (b"a\0b\r\nc\x1b.txt", "abc.txt"),
        ("right\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe".encode(), "rightfdp.exe"),
        (b"broken \xff.txt", "broken \N{REPLACEMENT CHARACTER}.txt"),
        (b"folder/", "upload"),
        (b"", "upload"),
        (None, "upload"),
        (b"..", ".."),
        (b"x" * 4000, "x" * MAX_TEXT),
    ],
)
def test_base_name(raw: bytes | None, name: str) -> None:
    assert base_name(raw) == name


@given(st.binary())
def test_a_name_is_short_printable_and_in_no_directory(raw: bytes) -> None:
    name = base_name(raw)

    assert 0 < len(name) <= MAX_TEXT
    assert name.isprintable()
    assert not set(name) & {"/", "\\"}
