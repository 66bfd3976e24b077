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
