"""The reference of errors names every status and every code that a client can meet."""

import re
from pathlib import Path

import pytest

from app.errors import FileErrorCode, PigeonholeError

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "errors.md"


def first_cells() -> set[str]:
    """Return what stands in the first column of the page's tables."""
    return set(re.findall(r"^\| `?(\w+)`? \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("code", FileErrorCode)
def test_each_code_of_a_file_has_a_row(code: FileErrorCode) -> None:
    assert code.value in first_cells()


@pytest.mark.parametrize(
    "error", PigeonholeError.__subclasses__(), ids=lambda error: error.__name__
)
def test_each_status_has_a_row(error: type[PigeonholeError]) -> None:
    assert str(error.status) in first_cells()
