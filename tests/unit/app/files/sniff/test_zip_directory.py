import io
import zipfile

import pytest

from app.files.sniff import zip_directory
from app.files.sniff.zip_directory import BadZip, Member, stream_member
from devtools import sample_files

CONTENT = b"0123456789abcdef" * 20_000


def members(method: int) -> tuple[io.BytesIO, tuple[Member, ...]]:
    file = io.BytesIO(sample_files.zip_of({"a": CONTENT, "b": CONTENT[::-1]}, method))
    return file, zip_directory.list_members(file)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_unpacked_in_pieces(method: int):
    file, (first, second) = members(method)
    pairs = list(
        zip(
            stream_member(file, first, len(CONTENT)),
            stream_member(file, second, len(CONTENT)),
            strict=True,
        )
    )
    assert len(pairs) > 1
    assert b"".join(one for one, _ in pairs) == CONTENT
    assert b"".join(other for _, other in pairs) == CONTENT[::-1]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_unpacked_up_to_the_limit(method: int):
    file, (first, _) = members(method)
    assert b"".join(stream_member(file, first, 100_001)) == CONTENT[:100_001]


def test_a_member_that_is_cut_gives_what_is_there():
    file, (first, _) = members(zipfile.ZIP_STORED)
    file.truncate(1000)
    assert CONTENT.startswith(b"".join(stream_member(file, first, len(CONTENT))))


def test_damaged_members():
    file, (first, _) = members(zipfile.ZIP_DEFLATED)
    file.seek(first.offset + 31)
    file.write(b"\xff" * 40)
    with pytest.raises(BadZip):
        list(stream_member(file, first, len(CONTENT)))
    file.seek(first.offset)
    file.write(b"no header")
    with pytest.raises(BadZip):
        list(stream_member(file, first, len(CONTENT)))
