import json

import pytest

from app.text import (
    ReadableSize,
    escape_controls,
    escape_line,
    spreadsheet_cell,
    terminal_json,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("bell\x07 back\x08", r"bell\x07 back\x08"),
        ("\x9b31m", r"\x9b31m"),
        ("gpj.\u202efdp", r"gpj.\u202efdp"),
        ("caf\udce9", r"caf\udce9"),
        ("line\u2028", r"line\u2028"),
        ("tab\tand\nline: ünï", "tab\tand\nline: ünï"),
    ],
)
def test_no_text_controls_a_terminal(text: str, shown: str) -> None:
    assert escape_controls(text) == shown


def test_a_line_stays_one() -> None:
    assert escape_line("a\nb\tc\r") == r"a\nb\tc\r"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", r"'\r=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("invoice", "invoice"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(text: str, cell: str) -> None:
    assert spreadsheet_cell(text) == cell


def test_json_for_a_terminal_has_no_control_character() -> None:
    written = terminal_json({"name": "\x1b[2J \x7f \u202e café"})

    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written) == {"name": "\x1b[2J \x7f \u202e café"}


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (300_000, "293 KiB"),
        (100 * 1024**2, "100 MiB"),
        (3 * 1024**5, "3072 TiB"),
    ],
)
def test_sizes_are_in_the_largest_unit_that_fits(size: int, shown: str) -> None:
    assert str(ReadableSize.of(size)) == shown
