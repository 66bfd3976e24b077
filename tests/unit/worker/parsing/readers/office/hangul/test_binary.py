import struct

import pytest

from devtools.compound_file import compound_file
from devtools.marked.hangul import marked_hwp
from tests.unit.worker.parsing.readers.reading import read, refused


def hwp(flags: int, **sections: bytes) -> bytes:
    header = bytes(36) + struct.pack("<L", flags) + bytes(216)
    return compound_file({"FileHeader": header, "BodyText": sections})


def test_the_text_is_read_in_the_order_of_the_sections():
    marked = marked_hwp()
    (page, *_) = read(marked.data, "a.hwp").pages
    places = [page.text.index(marked.markers[name]) for name in ("body", "note", "second section")]
    assert places == sorted(places)


@pytest.mark.parametrize("flag", [2, 4])
def test_a_document_with_a_password_is_encrypted(flag):
    assert refused(hwp(flag, Section0=b"x"), "a.hwp").code == "encrypted"


def test_a_damaged_section_costs_that_section():
    good = struct.pack("<L", 67 | 4 << 20) + "ab".encode("utf-16-le")
    found = read(hwp(0, Section0=good + b"\x43\0\xf0"), "a.hwp")
    assert (found.pages[0].text, found.lost_parts) == ("ab", 0)
    assert refused(hwp(1, Section0=b"\xff" * 9), "a.hwp").code == "corrupt"
    assert refused(compound_file({"FileHeader": b"x", "BodyText": {}}), "a").code == "corrupt"
