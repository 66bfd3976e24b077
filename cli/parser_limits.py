"""The limits of reading a file, from the settings: the same for workers and `pigeonhole read`."""

from app.settings import Settings
from worker.parsing.limits import ParserLimits


def parser_limits(settings: Settings) -> ParserLimits:
    """Return the limits that the settings give to the process that reads a file."""
    return ParserLimits(
        memory_bytes=settings.parser_memory_bytes,
        cpu_seconds=settings.parser_cpu_seconds,
        wall_seconds=settings.parser_wall_seconds,
        max_pages=settings.parser_max_pages,
        ocr_page_seconds=settings.ocr_page_seconds,
        ocr_max_seconds=settings.ocr_max_seconds,
    )
