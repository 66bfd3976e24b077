"""A PDF (ISO 32000-1) with a marker on its pages, in annotations, fields and attachments."""

from devtools.marked.document import MarkedDocument, Marks
from devtools.pdf_samples import HELVETICA, assemble, stream

_FONTS = b"/Resources<</Font<</F1 3 0 R>>>>"


def marked_pdf() -> MarkedDocument:
    """Return a pdf of two pages."""
    marks = Marks()
    first = _shown(marks("page"), 700) + b" /X1 Do"
    optional = b"/OC /Layer BDC " + _shown(marks("layer"), 650) + b" EMC"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R%s>>"
    resources = (
        b"/Resources<</Font<</F1 3 0 R>>/XObject<</X1 8 0 R>>/Properties<</Layer 9 0 R>>>>"
        b"/Annots[10 0 R 12 0 R 13 0 R 14 0 R 16 0 R 18 0 R 20 0 R]"
    )
    name = marks("attachment name").encode()
    objects = [
        (
            b"<</Type/Catalog/Pages 2 0 R"
            b"/AcroForm<</Fields[14 0 R 16 0 R]/DR<</Font<</F1 3 0 R>>>>>>"
            b"/Names<</EmbeddedFiles<</Names[(a)22 0 R]>>>>"
            b"/OCProperties<</OCGs[9 0 R]/D<</ON[9 0 R]>>>>>>"
        ),
        b"<</Type/Pages/Kids[4 0 R 6 0 R]/Count 2>>",
        HELVETICA,
        page % (5, resources),
        stream(first + b" " + optional),
        page % (7, _FONTS),
        stream(_shown(marks("second page"), 700)),
        _form(marks("form object"), b"0 0 595 842", 600),
        b"<</Type/OCG/Name(Layer)>>",
        _annotation("FreeText", marks("free text"), 500, b"/DA(/F1 12 Tf 0 g)/AP<</N 11 0 R>>"),
        _appearance(marks("free text")),
        _annotation("Text", marks("sticky note"), 450, b"/Open true/T(Ann)"),
        _annotation(
            "Highlight",
            marks("highlight comment"),
            420,
            b"/QuadPoints[50 440 90 440 50 420 90 420]/C[1 1 0]/T(Ann)",
        ),
        _field("Tx", marks("text field"), 350, 15),
        _appearance(marks("text field")),
        _field(
            "Ch",
            marks("choice field"),
            300,
            17,
            b"/Ff 131072/Opt[(%s)(other)]" % marks("choice field").encode(),
        ),
        _appearance(marks("choice field")),
        b"<</Type/Annot/Subtype/Stamp/Rect[50 250 350 270]/F 4/AP<</N 19 0 R>>>>",
        _appearance(marks("stamp")),
        _annotation("FileAttachment", "", 200, b"/FS 21 0 R"),
        _file_spec(marks("attached by annotation").encode(), 23),
        _file_spec(name, 24),
        _embedded("An attached text."),
        _embedded("Another attached text."),
    ]
    return MarkedDocument("pdf", assemble(objects), marks)


def _shown(text: str, height: int) -> bytes:
    return b"BT /F1 12 Tf 50 %d Td (%s) Tj ET" % (height, text.encode())


def _form(text: str, box: bytes, height: int) -> bytes:
    entries = b"/Type/XObject/Subtype/Form/BBox[%s]" % box + _FONTS
    return stream(_shown(text, height), entries)


def _appearance(text: str) -> bytes:
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 300 20]" + _FONTS
    return stream(b"/Tx BMC BT /F1 12 Tf 2 5 Td (%s) Tj ET EMC" % text.encode(), entries)


def _annotation(kind: str, text: str, height: int, entries: bytes) -> bytes:
    return b"<</Type/Annot/Subtype/%s/Rect[50 %d 350 %d]/F 4/Contents(%s)%s>>" % (
        kind.encode(),
        height,
        height + 20,
        text.encode(),
        entries,
    )


def _field(kind: str, value: str, height: int, appearance: int, entries: bytes = b"") -> bytes:
    return (
        b"<</Type/Annot/Subtype/Widget/FT/%s/T(f%d)/V(%s)/Rect[50 %d 350 %d]/F 4"
        b"/DA(/F1 12 Tf 0 g)/AP<</N %d 0 R>>%s>>"
    ) % (
        kind.encode(),
        height,
        value.encode(),
        height,
        height + 20,
        appearance,
        entries,
    )


def _file_spec(name: bytes, content: int) -> bytes:
    return b"<</Type/Filespec/F(%s.txt)/UF(%s.txt)/EF<</F %d 0 R>>>>" % (name, name, content)


def _embedded(text: str) -> bytes:
    return stream(f"Attached: {text}\n".encode(), b"/Type/EmbeddedFile/Subtype/text#2Fplain")
