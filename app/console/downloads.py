"""Files that the console offers: always attachments."""

import csv
import io
from collections.abc import Sequence

from starlette.responses import Response

from app.console.verdicts import NONE, Row
from app.labels.table import NO_RULE
from app.text import spreadsheet_cell


def as_attachment(content: str, name: str, media_type: str) -> Response:
    """Return a download. The name is our own: ASCII without quotation marks."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content.encode(), headers=headers, media_type=f"{media_type}; charset=utf-8")


def csv_of_rows(rows: Sequence[Row]) -> str:
    """Return the results of a job as CSV (RFC 4180), with a mark by which Excel knows UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["file", "type", "confidence", "label", "status", "reasoning", "file_id"])
    for row in rows:
        confidence = f"{row.confidence:.4f}" if row.state == "done" else ""
        label = {None: "", NONE: NO_RULE}.get(row.label, row.label)
        cells = [row.name, row.type or "", confidence, label or "", row.state, row.why]
        writer.writerow([*map(spreadsheet_cell, cells), str(row.file_id)])
    return "\ufeff" + out.getvalue()
