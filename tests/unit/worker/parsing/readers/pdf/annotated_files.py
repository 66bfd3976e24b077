"""PDFs with annotations, form fields and what these look like."""

import io

import pypdf
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from devtools import pdf_samples, sample_files
from worker.parsing.document import Document
from worker.parsing.readers.pdf.reader import read_pdf

BOX = ArrayObject([FloatObject(side) for side in (50, 300, 350, 400)])


def read(writer: pypdf.PdfWriter) -> Document:
    buffer = io.BytesIO()
    writer.write(buffer)
    return read_pdf(sample_files.source(buffer.getvalue(), "a.pdf"))


def annotated(page: str | bytes, *annotations: dict[str, object]) -> pypdf.PdfWriter:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_samples.pdf(page)))
    for entries in annotations:
        annotation = DictionaryObject({NameObject("/Rect"): BOX})
        for key, value in entries.items():
            annotation[NameObject(key)] = value
        writer.pages[0].setdefault(NameObject("/Annots"), ArrayObject()).append(
            writer._add_object(annotation)
        )
    return writer


def note(kind: str, contents: str = "", **others: object) -> dict[str, object]:
    entries = {f"/{key}": value for key, value in others.items()}
    return {
        "/Subtype": NameObject(f"/{kind}"),
        "/Contents": TextStringObject(contents),
        **entries,
    }


def appearance(text: str) -> DictionaryObject:
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 14 Tf 10 50 Td ({text}) Tj ET".encode())
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): font})
    stream.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(side) for side in (0, 0, 300, 100)]),
            NameObject("/Resources"): DictionaryObject({NameObject("/Font"): fonts}),
        }
    )
    return stream


def with_appearance(kind: str, text: str) -> pypdf.PdfWriter:
    writer = annotated("Contract", note(kind))
    annotation = writer.pages[0]["/Annots"][0].get_object()
    shown = DictionaryObject({NameObject("/N"): writer._add_object(appearance(text))})
    annotation[NameObject("/AP")] = shown
    return writer


def field(kind: str, **entries: object) -> dict[str, object]:
    named = {f"/{key}": value for key, value in entries.items()}
    return {"/Subtype": NameObject("/Widget"), "/FT": NameObject(f"/{kind}"), **named}


def with_form(page: str | bytes, *fields: dict[str, object]) -> pypdf.PdfWriter:
    writer = annotated(page, *fields)
    form = DictionaryObject({NameObject("/Fields"): writer.pages[0]["/Annots"]})
    writer.root_object[NameObject("/AcroForm")] = form
    return writer
