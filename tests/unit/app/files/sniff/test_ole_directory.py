import io
import struct

import pytest

from app.files.sniff.ole_directory import BadOle, OleDirectory, Stream
from app.files.sniff.sniff import UNKNOWN, FileType, sniff
from devtools import ole_samples


def directory(data: bytes) -> OleDirectory:
    return OleDirectory(io.BytesIO(data))


def kind(**tree: "bytes | dict") -> FileType:
    return sniff(io.BytesIO(ole_samples.ole_file_of(tree)), "a.doc")


WORD = b"\xec\xa5" + bytes(30)


def test_the_streams_of_the_root_are_listed():
    found = directory(ole_samples.ole_file_of({"One": b"first", "In": {"Two": b"second"}}))
    assert set(found.root) == {"one", "in"}
    assert found.read_start(found.root["one"], 5) == b"first"
    assert found.read_start(found.root["in"]) == b""


def test_names_match_in_any_case():
    assert kind(WORKBOOK=b"x").extension == "xls"
    assert kind(worddocument=WORD).extension == "doc"


def test_embedded_documents_do_not_count():
    assert kind(Workbook=b"x", MBD1={"WordDocument": WORD}).extension == "xls"
    assert kind(WordDocument=WORD, ObjectPool={"_1": {"Workbook": b"x"}}).extension == "doc"
    assert kind(Pages={"x": b"x"}, Contents=b"x", Pool={"Workbook": b"x"}) is UNKNOWN
    message = {"__properties_version1.0": b"x", "__attach_version1.0_#0": {"Workbook": b"x"}}
    assert kind(**message).extension == "msg"
    assert kind(**{**message, "WordDocument": WORD}).extension == "msg"


@pytest.mark.parametrize("mark", [b"\xdc\xa5\x65\0", b"\x99\xa6\x68\0"])
def test_documents_of_old_word_are_named(mark: bytes):
    found = kind(WordDocument=mark + bytes(28))
    assert (found.extension, "Word 95" in found.remark) == ("unknown", True)


def test_a_long_directory_is_followed():
    names = {f"__substg1.0_{number:04x}": b"x" for number in range(12)}
    assert set(directory(ole_samples.ole_file_of(names)).root) == set(names)


def entry_at(data: bytes, index: int) -> int:
    return ((int.from_bytes(data[48:52], "little") + 1) << 9) + 128 * index


def test_all_entries_count_where_the_tree_is_damaged():
    good = ole_samples.ole_file_of({"One": b"x", "In": {"Two": b"second"}})
    for field, value in ((76, 99), (76, 0xFFFFFFFF), (76, 7)):
        broken = bytearray(good)
        struct.pack_into("<L", broken, entry_at(good, 0) + field, value)
        assert set(directory(bytes(broken)).root) == {"root entry", "one", "in", "two"}
    looping = bytearray(good)
    struct.pack_into("<L", looping, entry_at(good, 1) + 72, 1)
    assert "two" in directory(bytes(looping)).root


def test_loops_end_and_damaged_heads_are_refused():
    good = ole_samples.ole_file(One=b"x")
    looping = bytearray(good)
    fat = int.from_bytes(good[76:80], "little")
    first = int.from_bytes(good[48:52], "little")
    at = ((fat + 1) << 9) + 4 * first
    looping[at : at + 4] = first.to_bytes(4, "little")
    assert set(directory(bytes(looping)).root) == {"one"}
    for broken in (
        good[:400],
        b"x" * 600,
        good[:30] + b"\x03\0" + good[32:],
        good[:48] + b"\xff\xff\xff\xff" + good[52:],
        good[:48] + b"\xff\xff\0\0" + good[52:],
    ):
        with pytest.raises(BadOle):
            directory(broken)
    far = good[:76] + struct.pack("<L", 0xFFFFFFFF) + good[80:]
    assert set(directory(far).root) == {"one"}


def test_sectors_beyond_those_that_the_header_lists():
    data = bytearray(ole_samples.ole_file_of({f"Stream {n}": b"x" for n in range(9)}))
    fat = int.from_bytes(data[76:80], "little")
    difat = len(data) // 512 - 1
    struct.pack_into("<L", data, 68, difat)
    struct.pack_into("<L", data, 76, 0xFFFFFFFF)
    # The first 109 numbers are those of the header, so the sectors move behind 109 * 128 others.
    entries = struct.pack("<128L", fat, *[0xFFFFFFFF] * 126, 0xFFFFFFFE)
    found = OleDirectory(io.BytesIO(bytes(data) + entries))
    assert found._next(0) >= 0xFFFFFFFA
    assert found._next(109 * 128) == 1


def test_short_streams_are_read_from_the_mini_stream():
    data = bytearray(ole_samples.ole_file(Container=b"a" * 64 + b"b" * 64, One=b"x"))
    found = directory(bytes(data))
    container, fat = found.root["container"], len(data) // 512 - 1
    struct.pack_into("<L", data, entry_at(data, 0) + 116, container.sector)
    struct.pack_into("<L", data, 60, fat)
    mini = struct.pack("<3L", 1, 0xFFFFFFFE, 0xFFFFFFFE)
    found = directory(bytes(data) + mini.ljust(512, b"\xff"))
    assert found.read_start(Stream(0, 100)) == b"a" * 64 + b"b" * 36
    assert found.read_start(Stream(1, 100)) == b"b" * 64
    assert found.read_start(Stream(9_000_000, 100)) == b""
