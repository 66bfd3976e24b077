"""Limits for reading one file: memory, time, sizes, pages and parts of zip files."""

import math
from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class ParserLimits:
    """The limits of the process that reads one file, and of the document that it returns.

    Sizes are in bytes, times in seconds. The fork server enforces `wall_seconds`, the kernel
    `memory_bytes` (address space), `cpu_seconds`, `file_size_bytes` and `open_files`. A zip member
    is a bomb if it unpacks to more than `zip_ratio_from_bytes` and to more than `zip_ratio` times
    its packed size. Each page that OCR reads adds `ocr_page_seconds` to both times, up to
    `ocr_max_seconds`.
    """

    memory_bytes: int = 2 * GIB
    cpu_seconds: int = 30
    wall_seconds: float = 60.0
    file_size_bytes: int = 256 * MIB
    open_files: int = 64
    max_pages: int = 500
    page_text_bytes: int = 64 * KIB
    document_text_bytes: int = MIB
    zip_members: int = 10_000
    zip_unpacked_bytes: int = 512 * MIB
    zip_ratio: int = 100
    zip_ratio_from_bytes: int = 10 * MIB
    image_pixels: int = 80_000_000
    slow_page_seconds: float = 5.0
    ocr_page_seconds: float = 10.0
    ocr_max_seconds: float = 330.0

    @property
    def ocr_pages(self) -> int:
        """The number of pages that OCR may read before the time for a file is used up."""
        return max(1, int((self.ocr_max_seconds - self.wall_seconds) / self.ocr_page_seconds))

    def wall_for(self, ocr_pages: int) -> float:
        """Return the wall limit of a file with `ocr_pages` pages read by OCR."""
        return self._with_ocr(self.wall_seconds, ocr_pages)

    def cpu_for(self, ocr_pages: int) -> int:
        """Return the CPU time limit of a file with `ocr_pages` pages read by OCR."""
        return math.ceil(self._with_ocr(self.cpu_seconds, ocr_pages))

    def _with_ocr(self, seconds: float, ocr_pages: int) -> float:
        more = seconds + ocr_pages * self.ocr_page_seconds
        return min(more, max(seconds, self.ocr_max_seconds))
