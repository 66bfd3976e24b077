"""Notebooks of Jupyter, which are JSON: nbformat 3 and 4."""

import json
from collections.abc import Iterator

_MARK = '"nbformat"'
# The first that an output has.
_SHOWN = ("text/plain", "text/markdown", "text/latex")


def show_notebook(text: str) -> str | None:
    """Return the text of a notebook's cells and of their outputs; None for other JSON.

    Outputs are shown as text: pictures and widgets are left out.
    """
    if _MARK not in text:
        return None
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(notebook, dict):
        return None
    sheets = [notebook, *_dicts(notebook.get("worksheets"))]
    cells = [cell for sheet in sheets for cell in _dicts(sheet.get("cells"))]
    if not cells:
        return None
    return "\n\n".join(filter(None, (piece.strip() for cell in cells for piece in _pieces(cell))))


def _pieces(cell: dict[str, object]) -> Iterator[str]:
    yield _joined(cell.get("source")) or _joined(cell.get("input"))
    for output in _dicts(cell.get("outputs")):
        data = output.get("data")
        shown = [output.get("text"), output.get("evalue")]
        if isinstance(data, dict):
            shown.append(next((data[kind] for kind in _SHOWN if kind in data), None))
        yield from map(_joined, shown)


def _dicts(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _joined(value: object) -> str:
    """Return a text, which notebooks may write as a list of lines."""
    lines = value if isinstance(value, list) else [value]
    return "".join(line for line in lines if isinstance(line, str))
