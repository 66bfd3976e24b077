"""Files that the console offers: always attachments."""

import csv
import io
from collections.abc import Sequence

from starlette.responses import Response

from app.console.reasoning_texts import failure_sentence, translate_line
from app.console.texts import Language
from app.console.verdicts import NONE, Row
from app.labels.table import NO_RULE
from app.text import spreadsheet_cell


def as_attachment(content: str, name: str, media_type: str) -> Response:
    """Return a download. The name is our own: ASCII without quotation marks."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content.encode(), headers=headers, media_type=f"{media_type}; charset=utf-8")


def csv_of_rows(rows: Sequence[Row], language: Language) -> str:
    """Return the results of a job as CSV that Excel opens, with numbers and reasons in a language.

    It is RFC 4180 but for the separator, after a mark that says UTF-8.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=language.cell_separator)
    writer.writerow(["file", "type", "confidence", "label", "status", "reasoning", "file_id"])
    for row in rows:
        confidence = language.number(row.confidence, 4) if row.state == "done" else ""
        label = {None: "", NONE: NO_RULE}.get(row.label, row.label)
        why = translate_line(row.why, language).text
        if row.failure is not None:
            why = failure_sentence(row.failure, language)
        cells = [row.name, row.type or "", confidence, label or "", row.state, why]
        writer.writerow([*map(spreadsheet_cell, cells), str(row.file_id)])
    return "\ufeff" + out.getvalue()
