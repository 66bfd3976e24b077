import pytest

from app.errors import FileError, FileErrorCode
from devtools import pdf_samples, sample_files
from worker.parsing.document import Document
from worker.parsing.readers.pdf.reader import read_pdf

COVER = (
    "Please wait...\nIf this message is not eventually replaced with the proper contents of the"
    " document, your PDF\nviewer may not be able to display this type of document."
)
TEMPLATE = """<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform name="form1">
<pageSet><pageArea><draw><value><text>Page header</text></value></draw></pageArea></pageSet>
<draw><value><exData contentType="text/html"><body><p>Leave <b>req</b>uest</p></body></exData>
</value></draw>
<field name="name"><ui><textEdit/></ui><caption><value><text>Name:</text></value></caption></field>
<field name="kind"><ui><choiceList/></ui><caption><value><text>Kind</text></value></caption>
<items><text>Holiday</text><text>Illness</text></items>
<items save="1"><text>1</text><text>2</text></items></field>
<field name="agreed"><ui><checkButton/></ui><caption><value><text>I agree</text></value></caption>
</field>
<field name="secret" presence="hidden"><caption><value><text>Not shown</text></value></caption>
</field>
<subform><occur min="0" max="-1"/><draw><value><text>Never there</text></value></draw></subform>
<subform name="row"><occur min="0" max="-1"/><field name="day"><caption><value><text>Day</text>
</value></caption></field></subform>
</subform></template>"""
DATA = """<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1>
<name>Jane Roe</name><kind>2</kind><agreed>1</agreed><secret>x</secret>
<row><day>Monday</day></row><row><day>Friday</day></row></form1></xfa:data></xfa:datasets>"""
FORM_TEXT = (
    "Page header\nLeave request\nName: Jane Roe\nKind Illness\nI agree\nDay Monday\nDay Friday"
)


def form(page: str, *packets: str, needs_rendering: bool = True, whole: bool = False) -> bytes:
    data = pdf_samples.pdf(page)
    bodies = [part.split(b" 0 obj\n", 1)[1] for part in data.split(b"\nendobj\n")[:-1]]
    parts = ["<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'>", *packets, "</xdp:xdp>"]
    if whole:
        parts = ["".join(parts)]
        xfa = b"%d 0 R" % (len(bodies) + 1)
    else:
        numbers = range(len(bodies) + 1, len(bodies) + 1 + len(parts))
        xfa = b"[%s]" % b" ".join(b"(p) %d 0 R" % number for number in numbers)
    flag = b"/NeedsRendering true" if needs_rendering else b""
    bodies[0] = bodies[0].replace(
        b"<</Type/Catalog", b"<</Type/Catalog%s/AcroForm<</Fields[]/XFA %s>>" % (flag, xfa)
    )
    return pdf_samples.assemble([*bodies, *(pdf_samples.stream(each.encode()) for each in parts)])


def read(data: bytes) -> Document:
    return read_pdf(sample_files.source(data, "a.pdf"))


@pytest.mark.parametrize("whole", [False, True])
def test_a_form_behind_a_cover_is_read(whole):
    found = read(form(COVER, TEMPLATE, DATA, whole=whole))
    assert found.pages[0].text == FORM_TEXT
    assert (found.format, found.form_fields) == ("pdf", 4)


def test_the_catalogue_need_not_say_that_the_page_is_a_cover():
    assert read(form("", TEMPLATE, DATA, needs_rendering=False)).pages[0].text == FORM_TEXT


def test_a_form_with_pages_is_read_as_pages():
    page = "\n".join(["A line of the form that is drawn on its page"] * 50)
    found = read(form(page, TEMPLATE, DATA, needs_rendering=False))
    assert found.pages[0].text == page


@pytest.mark.parametrize(
    "data",
    [
        form(COVER, "<template/>"),
        form(COVER, "<template><draw"),
        form(COVER, "<!DOCTYPE a [<!ENTITY e 'text'>]><template>&e;</template>", whole=True),
        pdf_samples.pdf(COVER),
    ],
)
def test_a_cover_without_a_form_is_refused(data):
    with pytest.raises(FileError) as caught:
        read(data)
    assert caught.value.code == FileErrorCode.UNSUPPORTED_TYPE
    assert "XFA" in caught.value.sentence


def test_deeply_nested_forms_are_read():
    deep = "<subform>" * 20_000 + "<draw><value><text>Deep</text></value></draw>"
    template = f"<template>{deep}{'</subform>' * 20_000}</template>"
    assert read(form(COVER, template)).pages[0].text == "Deep"
