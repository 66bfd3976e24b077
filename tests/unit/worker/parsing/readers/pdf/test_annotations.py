import pytest
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from app.errors import FileError, FileErrorCode
from tests.unit.worker.parsing.readers.pdf.annotated_files import (
    annotated,
    appearance,
    field,
    note,
    read,
    with_appearance,
    with_form,
)
from worker.parsing.document import TextSource
from worker.parsing.readers.pdf.annotations import without_repetitions

HIDDEN = 2


def test_a_text_box_is_the_text_of_its_page():
    (page,) = read(annotated(b"", note("FreeText", "INVOICE No. 7\rTotal 5 EUR"))).pages
    assert page.text == "INVOICE No. 7\nTotal 5 EUR"
    assert page.source is TextSource.TEXT_LAYER


def test_a_text_box_may_have_only_formatted_text():
    markup = TextStringObject("<body><p>Offer <b>12</b></p></body>")
    assert read(annotated("Page", note("FreeText", RC=markup))).pages[0].text == "Page\nOffer 12"


@pytest.mark.parametrize("kind", ["Text", "Highlight", "Underline", "StrikeOut", "Ink", "Caret"])
def test_comments_follow_the_text(kind):
    found = read(annotated("Contract", note(kind, "Check clause 4")))
    assert found.pages[0].text == "Contract\nCheck clause 4"


def test_comments_that_repeat_the_page_are_left_out():
    found = read(
        annotated("Payment terms", note("Highlight", "Payment\rterms"), note("Text", "No"))
    )
    assert found.pages[0].text == "Payment terms\nNo"
    assert without_repetitions("a b", ["ab", "c", " c ", ""]) == ["c"]


def test_links_popups_and_hidden_notes_are_not_read():
    found = read(
        annotated(
            "Contract",
            note("Link", "a link"),
            note("Popup", "again"),
            note("Text", "secret", F=NumberObject(HIDDEN)),
        )
    )
    assert found.pages[0].text == "Contract"


@pytest.mark.parametrize("kind", ["Stamp", "FreeText"])
def test_the_text_that_a_stamp_shows_is_read(kind):
    assert read(with_appearance(kind, "APPROVED")).pages[0].text == "Contract\nAPPROVED"


def test_a_damaged_annotation_costs_nothing_else():
    writer = annotated("Contract", note("Text", "Fine"))
    writer.pages[0]["/Annots"].append(NumberObject(3))
    assert read(writer).pages[0].text == "Contract\nFine"


def test_passwords_are_not_read():
    secret = field(
        "Tx", T=TextStringObject("a"), V=TextStringObject("pw"), Ff=NumberObject(1 << 13)
    )
    shown = field("Tx", T=TextStringObject("b"), V=TextStringObject("Ann"))
    assert read(with_form("Form", secret, shown)).pages[0].text == "Form\nAnn"


def test_choices_are_read_as_they_are_shown():
    pairs = ArrayObject(
        ArrayObject([TextStringObject(code), TextStringObject(label)])
        for code, label in (("CH", "Switzerland"), ("FR", "France"))
    )
    choice = field(
        "Ch",
        T=TextStringObject("land"),
        Opt=pairs,
        V=TextStringObject("FR"),
        Ff=NumberObject(1 << 17),
    )
    found = read(with_form("Form", choice))
    assert found.pages[0].text == "Form\nFrance"
    assert found.form_fields == 1


def test_long_typed_text_is_read_to_its_end():
    typed = "word " * 3000 + "end"
    text = field("Tx", T=TextStringObject("t"), V=TextStringObject(typed))
    assert read(with_form("Form", text)).pages[0].text == f"Form\n{typed}"


def test_attachments_are_named():
    writer = annotated("Invoice 7")
    writer.add_attachment("factur-x.xml", b"<xml/>")
    found = read(writer)
    assert found.pages[0].text == "Invoice 7\n\nAttachments: factur-x.xml"
    assert (found.lost_parts, found.warnings) == (0, ())


def test_a_portfolio_is_a_loss():
    cover = "For the best experience, open this PDF portfolio in\nAcrobat or Adobe Reader."
    writer = annotated(cover)
    for name in ("letter.pdf", "plan.pdf"):
        writer.add_attachment(name, b"%PDF-1.4")
    writer.root_object[NameObject("/Collection")] = DictionaryObject()
    found = read(writer)
    assert found.pages[0].text == "Attachments: letter.pdf, plan.pdf"
    assert found.lost_parts == 2
    assert found.warnings == (
        "the file is a portfolio, and the files in it were not read: upload them one by one",
    )


def test_a_wrapper_of_an_encrypted_document_is_encrypted():
    writer = annotated("This document is protected. Open it in a compatible reader.")
    writer.add_attachment("payload.pdf", b"\x8f\x01")
    names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]
    names[1].get_object()[NameObject("/AFRelationship")] = NameObject("/EncryptedPayload")
    writer.root_object[NameObject("/AF")] = ArrayObject([names[1]])
    assert read(writer).warnings == ()
    writer.root_object[NameObject("/Collection")] = DictionaryObject()
    with pytest.raises(FileError, match="rights management") as caught:
        read(writer)
    assert caught.value.code == FileErrorCode.ENCRYPTED


@pytest.mark.parametrize(
    "annotation",
    [
        {"/Subtype": NameObject("/Widget"), "/FT": NameObject("/Sig")},
        {"/Subtype": NameObject("/Widget"), "/FT": NameObject("/Tx")},
        note("Watermark"),
        note("Square"),
        note("Own"),
    ],
)
@pytest.mark.parametrize("is_form", [True, False])
def test_what_only_an_appearance_shows_is_read(annotation, is_form):
    writer = annotated("Contract of sale", {**annotation, "/T": TextStringObject("a")})
    added = writer.pages[0]["/Annots"][0].get_object()
    drawn = writer._add_object(appearance("Signed by Ada"))
    added[NameObject("/AP")] = DictionaryObject({NameObject("/N"): drawn})
    if is_form:
        fields = DictionaryObject({NameObject("/Fields"): ArrayObject([added.indirect_reference])})
        writer.root_object[NameObject("/AcroForm")] = fields
    assert read(writer).pages[0].text == "Contract of sale\nSigned by Ada"


def test_the_marks_in_check_boxes_are_no_text():
    box = {"/Subtype": NameObject("/Widget"), "/FT": NameObject("/Btn")}
    writer = annotated("Contract of sale", {**box, "/T": TextStringObject("a")})
    added = writer.pages[0]["/Annots"][0].get_object()
    drawn = writer._add_object(appearance("4"))
    added[NameObject("/AP")] = DictionaryObject({NameObject("/N"): drawn})
    fields = ArrayObject([added.indirect_reference])
    form = DictionaryObject({NameObject("/Fields"): fields})
    writer.root_object[NameObject("/AcroForm")] = form
    assert read(writer).pages[0].text == "Contract of sale"
