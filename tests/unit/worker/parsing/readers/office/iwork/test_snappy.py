import pytest

from worker.parsing.readers.office.iwork.archives import read_messages
from worker.parsing.readers.office.iwork.snappy import BadArchive, unpack


def test_copies_are_unpacked():
    assert unpack(b"\x0a\x08abc" + b"\x0d\x03") == b"abcabcabca"
    assert unpack(b"\x06\x04ab" + b"\x0e\x02\x00") == b"ababab"


@pytest.mark.parametrize("block", [b"\x05\x01\x04", b"\xff" * 20, b"\x05\x0e\x02\x00"])
def test_damaged_blocks_are_told(block):
    with pytest.raises(BadArchive):
        list(read_messages(b"\0" + len(block).to_bytes(3, "little") + block))
