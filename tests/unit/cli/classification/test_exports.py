"""Results as JSON, CSV and lines: names and texts of strangers do no harm in any of them."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from app.errors import StartupError
from cli.classification.exports import CSV_COLUMNS, CsvFile, JsonWriter, to_line
from cli.classification.results import FileResult

ROOT = Path(__file__).parents[4]
SCHEMA = json.loads((ROOT / "docs/reference/classify-output.schema.json").read_text())
GOOD = FileResult(Path("in/a.pdf"), "invoice", 0.97, "Sure.", "Sure.\n1. Why.", file_id="f1")
NULL = FileResult(Path("in/b.pdf"), None, 0.5, "=none", "=none\n\x1b[31m")
BAD = FileResult.failed(Path("in/\udce9\n=c.pdf"), "the file is damaged", "corrupt")


def test_json_has_the_documented_schema_and_no_controls() -> None:
    target = io.StringIO()
    writer = JsonWriter(target, 0.8)
    for result in (GOOD, NULL, BAD):
        writer.add(result)
    writer.close()

    printed = target.getvalue()
    content = json.loads(printed)
    jsonschema.validate(content, SCHEMA)
    assert printed.isascii()
    assert "\x1b" not in printed
    assert [item["check"] for item in content["items"]] == [False, True, True]
    assert [item["file_id"] for item in content["items"]] == ["f1", None, None]
    assert content["items"][2]["error"] == {"code": "corrupt", "message": "the file is damaged"}


def test_json_of_nothing() -> None:
    target = io.StringIO()
    JsonWriter(target, 0.8).close()
    assert json.loads(target.getvalue()) == {"items": []}


def test_csv_is_for_spreadsheets(tmp_path: Path) -> None:
    path = tmp_path / "result.csv"
    path.write_text("earlier")
    file = CsvFile(path, 0.8)
    for result in (GOOD, NULL, BAD):
        file.add(result)
    assert path.read_text() == "earlier"
    file.close()

    header, good, null, bad = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    assert tuple(header) == CSV_COLUMNS
    assert good == ["in/a.pdf", "invoice", "0.9700", "", "Sure.", "", "Sure.\n1. Why.", "f1"]
    assert null[1:6] == ["", "0.5000", "yes", "'=none", ""]
    assert null[6] == "'=none\n\\x1b[31m"
    assert bad[:6] == ["in/\\udce9\n=c.pdf", "", "", "yes", "", "the file is damaged"]
    assert [each.name for each in tmp_path.iterdir()] == ["result.csv"]


def test_discarded_rows_leave_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "result.csv"
    path.write_text("earlier")
    CsvFile(path, 0.8).discard()
    assert path.read_text() == "earlier"
    assert len(list(tmp_path.iterdir())) == 1


def test_csv_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="is a folder: give --csv a file"):
        CsvFile(tmp_path, 0.8)
    with pytest.raises(StartupError, match="cannot be written: No such file"):
        CsvFile(tmp_path / "none" / "a.csv", 0.8)


def test_lines_have_four_cells() -> None:
    assert to_line(GOOD) == "in/a.pdf\tinvoice\t0.97\tSure."
    assert to_line(NULL) == "in/b.pdf\t-\t0.50\t=none"
    # Rounded down, as the summary says it: 0.799 is less than the 0.80 of the threshold.
    assert to_line(replace(GOOD, confidence=0.7996)).split("\t")[2] == "0.79"
    assert to_line(BAD) == "in/\\udce9\\n=c.pdf\t-\terror\tthe file is damaged"
