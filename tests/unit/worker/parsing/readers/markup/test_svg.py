import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from worker.parsing.document import Document
from worker.parsing.readers.markup.svg import read_svg

SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


def read(data: str | bytes) -> Document:
    return read_svg(sample_files.source(data.encode() if isinstance(data, str) else data, "a.svg"))


def text(body: str) -> str:
    (page,) = read(SVG.format(body)).pages
    return page.text


def test_the_words_of_a_drawing_are_read():
    assert text('<title>Invoice</title><g><text>Total</text>\n<path d="M0 0"/></g>') == (
        "Invoice\nTotal"
    )
    assert text('<text><tspan>In</tspan><tspan font-size="9">voice</tspan></text>') == "Invoice"
    assert text('<text><tspan y="1">One</tspan><tspan y="2">Two</tspan></text>') == "One\nTwo"
    assert text("<text>one\n  two</text><text>A &amp; B &#233;</text>") == "one two\nA & B é"


def test_html_in_a_drawing_is_read():
    body = "<h1>Plan</h1><p>for <b>all</b></p><style>p {}</style>"
    assert text(f"<foreignObject>{body}</foreignObject>") == "Plan\nfor all"


def test_styles_scripts_and_metadata_are_left_out():
    hidden = "<style>a {}</style><script>x()</script><metadata>y</metadata><text> </text>"
    found = read(SVG.format(hidden))
    assert [page.text for page in found.pages] == [""]
    assert (found.format, found.total_pages) == ("svg", 1)


def test_prefixed_names_and_old_encodings_are_read():
    body = (
        "<?xml version='1.0' encoding='iso-8859-1'?><s:svg xmlns:s='x'><s:text>é</s:text></s:svg>"
    )
    assert read(body.encode("latin-1")).pages[0].text == "é"
    assert read(body.replace("iso-8859-1", "utf-16").encode("utf-16")).pages[0].text == "é"


def test_plain_entities_are_expanded():
    doctype = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd" [<!ENTITY ns "http://x">]>'
    body = '<svg xmlns="&ns;"><text>Hello</text></svg>'
    assert read(doctype + body).pages[0].text == "Hello"


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % a "x">',
        '<!ENTITY % a SYSTEM "http://example.org/x"> %a;',
    ],
)
def test_nested_and_external_entities_are_refused(declared):
    with pytest.raises(FileError) as caught:
        read(f"<!DOCTYPE svg [{declared}]>" + SVG.format("<text>&a;</text>"))
    assert caught.value.code == FileErrorCode.CORRUPT
    assert caught.value.sentence.startswith("the file declares nested or external")


@pytest.mark.parametrize("data", ["<svg><text>", "<svg>&unknown;</svg>", "<svg>\0<text></svg>"])
def test_damaged_drawings_are_corrupt(data):
    with pytest.raises(FileError) as caught:
        read(data)
    assert caught.value.code == FileErrorCode.CORRUPT


def test_an_entity_that_expands_to_too_much_is_refused():
    declared = f'<!DOCTYPE svg [<!ENTITY a "{"x" * 10_000}">]>'
    with pytest.raises(FileError):
        read(declared + SVG.format(f"<text>{'&a;' * 100_000}</text>"))


def test_the_words_before_a_damage_are_read():
    found = read("<svg><text>INVOICE 7</text><text>a&nbsp;b</text></svg>")
    assert found.pages[0].text.startswith("INVOICE 7")
    assert found.warnings == ("the drawing is damaged: its text breaks off",)


def test_pictures_in_a_drawing_give_a_warning():
    found = read(SVG.format("<text>Plan</text><image href='data:image/png;base64,AA'/>"))
    assert found.pages[0].text == "Plan"
    assert found.warnings == ("the drawing contains pictures, which were not read",)
