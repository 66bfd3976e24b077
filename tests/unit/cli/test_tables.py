"""Tables on a terminal and in a pipe, and JSON."""

import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from io import StringIO
from uuid import UUID

import pytest
from rich.cells import cell_len

from cli.tables import Columns, print_items, print_record, print_table

MOMENT = datetime(2026, 4, 17, 11, 30, tzinfo=timezone(timedelta(hours=2)))


@dataclass(frozen=True, slots=True)
class Parcel:
    id: UUID
    name: str
    weight: float | None
    sent_at: datetime | None
    is_fragile: bool = False


PARCEL = Parcel(UUID(int=7), "vase\x1b[31m\ta\nb\u202e", 1.5, MOMENT, is_fragile=True)
COLUMNS: Columns = {"id": "id", "name": "name", "kg": "weight", "sent": "sent_at"}


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    screen = Terminal()
    monkeypatch.setenv("COLUMNS", "80")
    return screen


def test_a_pipe_gets_tabs_and_every_cell_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_items([PARCEL], COLUMNS, as_json=False)

    head, row = capsys.readouterr().out.splitlines()
    assert head == "id\tname\tkg\tsent"
    assert row.split("\t") == [
        str(PARCEL.id),
        r"vase\x1b[31m\ta\nb\u202e",
        "1.5",
        "2026-04-17 09:30Z",
    ]


def test_columns_are_aligned_by_what_a_terminal_shows(terminal: Terminal) -> None:
    with redirect_stdout(terminal):
        print_table(["name", "n"], [["発注書", 1], ["bill", 2]])

    lines = terminal.getvalue().splitlines()
    assert [cell_len(line) for line in lines] == [9, 9, 9]
    assert lines[1].endswith("  1")


def test_a_table_that_is_too_wide_becomes_records(terminal: Terminal) -> None:
    with redirect_stdout(terminal):
        print_table(["id", "note", "kind"], [[PARCEL.id, "x" * 60, "y"], ["second", "", ""]])

    assert terminal.getvalue().splitlines() == [
        f"id    {PARCEL.id}",
        f"note  {'x' * 60}",
        "kind  y",
        "",
        "id    second",
        "",
    ]


def test_the_last_column_is_wrapped(terminal: Terminal) -> None:
    with redirect_stdout(terminal):
        print_table(["id", "note"], [[PARCEL.id, "some words " * 8], ["second", ""]])

    lines = terminal.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert lines[2].startswith(" " * 38 + "words some words")
    assert " ".join(lines[1:-1]).split() == [str(PARCEL.id), *["some", "words"] * 8]


def test_a_record_leaves_out_what_is_empty(terminal: Terminal) -> None:
    fields: Columns = {"name": lambda _: "vase", "sent": lambda _: None, "fragile": "is_fragile"}
    with redirect_stdout(terminal):
        print_record(PARCEL, fields, as_json=False)

    assert terminal.getvalue() == "name     vase\nfragile  yes\n"


def test_a_long_value_of_a_record_is_wrapped_beside_its_label(terminal: Terminal) -> None:
    with redirect_stdout(terminal):
        print_record(PARCEL, {"name": lambda _: "vase", "for": lambda _: "ab " * 40}, as_json=False)

    lines = terminal.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert [line[:8] for line in lines] == ["name  va", "for   ab", "      ab"]


def test_json_holds_the_fields_and_only_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    print_items([PARCEL], COLUMNS, as_json=True)

    printed = capsys.readouterr().out
    assert printed.isascii()
    assert "\x1b" not in printed
    (item,) = json.loads(printed)["items"]
    assert item == {
        "id": str(PARCEL.id),
        "name": PARCEL.name,
        "weight": 1.5,
        "sent_at": "2026-04-17T11:30:00+02:00",
        "is_fragile": True,
    }
