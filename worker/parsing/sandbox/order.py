"""What the process that reads a file is told, and the message that tells it."""

from dataclasses import asdict, dataclass
from typing import Any

from app.jobs.pages import PageSelection
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrChoice
from worker.parsing.request import ParseRequest

ORDER_NAME = "order.json"
"""The file with the order for a process that reads one file only, in its directory."""


@dataclass(frozen=True, slots=True)
class Order:
    """One file to read: its name and descriptor, the request, the limits, the OCR models."""

    name: str
    descriptor: int
    request: ParseRequest
    limits: ParserLimits
    ocr: OcrChoice


def write_order(
    name: str, request: ParseRequest, limits: ParserLimits, ocr: OcrChoice
) -> dict[str, Any]:
    """Return the message that asks for a file to be read."""
    selection = request.selection
    return {
        "name": name,
        "max_pages": selection.max_pages,
        "target_pages": selection.target_pages,
        "lang": request.lang,
        "mode": request.mode,
        "limits": {field: getattr(limits, field) for field in limits.__slots__},
        "ocr": asdict(ocr),
    }


def read_order(message: dict[str, Any], descriptor: int) -> Order:
    """Read back what `write_order` gave."""
    target_pages = message["target_pages"]
    selection = PageSelection(
        max_pages=message["max_pages"],
        target_pages=None if target_pages is None else tuple(target_pages),
    )
    request = ParseRequest(selection, message["lang"], message["mode"])
    ocr = OcrChoice(**{**message["ocr"], "models": tuple(message["ocr"]["models"])})
    return Order(message["name"], descriptor, request, ParserLimits(**message["limits"]), ocr)
