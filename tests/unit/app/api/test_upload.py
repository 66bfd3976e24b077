"""Names of uploaded files, including hostile ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.upload import base_name, file_name
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


@pytest.mark.parametrize(
    ("disposition", "plain", "name"),
    [
        (b"form-data; name=file; filename*=utf-8''Pr%C3%BCfung.pdf", None, "Prüfung.pdf"),
        (b"form-data; filename*=UTF-8'de'%C3%BC.pdf; name=file", None, "ü.pdf"),
        (
            b"form-data; filename=\"=?utf-8?B?w7wucGRm?=\"; filename*=utf-8''%C3%BC.pdf",
            b"=?utf-8?B?w7wucGRm?=",
            "ü.pdf",
        ),
        (b"form-data; filename=a.pdf; filename*=utf-8''b.pdf", b"a.pdf", "a.pdf"),
        (b"form-data; filename*=utf-8''..%2F..%2Fetc%2Fpasswd", None, "passwd"),
        (b"form-data; filename*=klingon''a.pdf", None, "upload"),
    ],
)
def test_names_in_the_extended_form(disposition: bytes, plain: bytes | None, name: str) -> None:
    assert base_name(file_name(disposition, plain)) == name


@given(st.binary())
def test_a_name_is_short_printable_and_in_no_directory(raw: bytes) -> None:
    name = base_name(raw)

    assert 0 < len(name) <= MAX_TEXT
    assert name.isprintable()
    assert not set(name) & {"/", "\\"}
