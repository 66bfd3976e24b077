from devtools.sample_files import zip_of
from tests.unit.worker.parsing.readers.reading import read, refused

GOOD = "<s><p><run><t>one<tab/>two</t></run></p><p><run><t/></run></p></s>"


def hwpx(*sections: str, **others: str) -> bytes:
    parts = {f"Contents/section{number}.xml": text for number, text in enumerate(sections)}
    return zip_of({"mimetype": "application/hwp+zip", **parts, **others})


def test_cells_of_a_row_are_one_line():
    cells = "".join(f"<tc><subList><p><run><t>{n}</t></run></p></subList></tc>" for n in "ab")
    found = read(hwpx(GOOD, f"<s><p><run><tbl><tr>{cells}</tr></tbl></run></p></s>"), "")
    assert (found.format, found.pages[0].text) == ("hwpx", "one\ttwo\na b")


def test_a_damaged_section_costs_that_section():
    found = read(hwpx(GOOD, "<s><p>"), "a.hwpx")
    assert (found.pages[0].text, found.lost_parts) == ("one\ttwo", 1)
    assert refused(hwpx("<s"), "a.hwpx").code == "corrupt"


def test_an_encrypted_document_is_told():
    manifest = {"META-INF/manifest.xml": "<m><odf:encryption-data/></m>"}
    assert refused(hwpx("x", **manifest), "a.hwpx").code == "encrypted"
