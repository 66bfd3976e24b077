import re
import struct

import pytest

from devtools import pdf_samples, sample_files
from worker.parsing.readers.pdf.reader import read_pdf

PAGE = (
    b"/OC /L1 BDC BT /F1 12 Tf 50 700 Td (English words) Tj ET EMC "
    b"/OC /L2 BDC BT /F1 12 Tf 50 700 Td (deutsche Worte) Tj ET /X Do EMC "
    b"BT /F1 12 Tf 50 600 Td (on no layer) Tj ET"
)
FORM = pdf_samples.stream(
    b"BT /F1 12 Tf 0 0 Td (im Formular) Tj ET", b"/Subtype/Form/BBox[0 0 9 9]"
)
RESOURCES = b"/Properties<</L1 6 0 R/L2 7 0 R>>/XObject<</X 8 0 R>>"


def make(states: bytes, names: tuple[bytes, bytes] = (b"en", b"de")) -> bytes:
    layers = [b"<</Type/OCG/Name(%s)>>" % name for name in names]
    data = pdf_samples.pdf(PAGE, resources=RESOURCES, extra=[*layers, FORM])
    properties = b"/OCProperties<</OCGs[6 0 R 7 0 R]/D<<%s>>>>" % states
    return data.replace(b"/Type/Catalog", b"/Type/Catalog" + properties)


def read(data: bytes) -> str:
    return read_pdf(sample_files.source(data, "a.pdf")).pages[0].text


def compress_catalogue(data: bytes) -> bytes:
    """Move the first object of a file into a stream of compressed objects, as pdfTeX does."""
    catalogue, *others = re.findall(rb" 0 obj\n(.*?)\nendobj\n", data, re.DOTALL)
    entries = b"/Type/ObjStm/N 1/First 4"
    objects = [*others, pdf_samples.deflated(b"1 0 " + catalogue, entries)]
    body, holder = b"%PDF-1.5\n", len(objects) + 1
    rows = struct.pack(">BIB", 0, 0, 255) + struct.pack(">BIB", 2, holder, 0)
    for number, content in enumerate(objects, 2):
        rows += struct.pack(">BIB", 1, len(body), 0)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    entries = b"/Type/XRef/Size %d/W[1 4 1]/Root 1 0 R" % (holder + 1)
    table = b"%d 0 obj\n%s\nendobj\n" % (holder + 1, pdf_samples.deflated(rows, entries))
    return body + table + b"startxref\n%d\n%%%%EOF\n" % len(body)


def test_layers_of_a_compressed_catalogue_that_are_off_are_not_read():
    text = read(compress_catalogue(make(b"/OFF[7 0 R]")))
    assert "English words" in text
    assert "deutsche" not in text


@pytest.mark.parametrize(
    "states", [b"/OFF[7 0 R]", b"/BaseState/OFF/ON[6 0 R]", b"/OFF[7 0 R]/ON[6 0 R]"]
)
def test_layers_that_are_off_are_not_read(states):
    text = read(make(states))
    assert "English words" in text
    assert "on no layer" in text
    assert "deutsche" not in text
    assert "Formular" not in text


@pytest.mark.parametrize(
    ("states", "names"), [(b"/ON[6 0 R]", (b"en", b"de")), (b"/OFF[7 0 R]", (b"a", b"a"))]
)
def test_layers_that_may_be_on_are_read(states, names):
    assert "deutsche Worte" in read(make(states, names))
