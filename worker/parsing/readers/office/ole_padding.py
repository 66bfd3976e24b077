"""Lengthens OLE compound files whose allocation table covers more sectors than they have.

Some writers mark the sectors behind the end as used, which kreuzberg refuses as damage.
"""

import struct

from app.files.sniff import ole_directory

_HEADER_FAT_SECTORS = 109
_FIRST_MARKER = 0xFFFFFFFA  # larger numbers mark the end of a chain, or a free sector
_FREE = 0xFFFFFFFF
_SECTOR_SHIFTS = (9, 12)


def fill_allocation(data: bytes) -> bytes:
    """Return an OLE file with empty sectors up to the end of its table ([MS-CFB] 2.3).

    Files of other kinds, files that need none, and files that were cut off are returned as they
    are: those have chains that go on behind the end.
    """
    if len(data) < 512 or not data.startswith(ole_directory.SIGNATURE):
        return data
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in _SECTOR_SHIFTS:
        return data
    sectors = (len(data) - 1) >> shift
    numbers = struct.unpack_from(f"<{_HEADER_FAT_SECTORS}L", data, 76)
    tables = [number for number in numbers if number < _FIRST_MARKER]
    covered = len(tables) << (shift - 2)
    missing = covered - sectors
    # The end must be within what the last sector of the table covers.
    if not tables or not 0 < missing < 1 << (shift - 2):
        return data
    start = ((tables[-1] + 2) << shift) - 4 * missing
    behind = data[start : start + 4 * missing]
    values = struct.unpack(f"<{len(behind) // 4}L", behind[: len(behind) // 4 * 4])
    is_cut = len(values) < missing or any(value < _FIRST_MARKER for value in values)
    if is_cut or all(value == _FREE for value in values):
        return data
    return data.ljust((covered + 1) << shift, b"\0")
