"""How much one file may cost."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class ParserLimits:
    """The limits of the process that reads one file, and of what may come out of it.

    Sizes are in bytes, times in seconds. `wall_seconds` is counted by the supervisor;
    `memory_bytes` (address space), `cpu_seconds`, `file_size_bytes` and `open_files` are
    enforced by the kernel. A zip member is a bomb when it unpacks to more than
    `zip_ratio_from_bytes` and to more than `zip_ratio` times its packed size.
    """

    memory_bytes: int = 2 * GIB
    cpu_seconds: int = 60
    wall_seconds: float = 30.0
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
