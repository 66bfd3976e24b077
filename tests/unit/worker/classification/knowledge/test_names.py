import pytest

from tests.unit.worker.classification.small_knowledge import read
from worker.classification.features.headings import heading_parts
from worker.classification.knowledge.compiled_names import compile_names
from worker.classification.knowledge.format import DocumentType
from worker.classification.knowledge.names import NameFinder
from worker.parsing.document import DocumentPage

KNOWLEDGE = read("""
type: invoice
description: a bill from a seller
names en: invoice
names de: rechnung
names ja: 請求書; 請求明細書
names zh: 发票; 增值税发票
names ar: فاتورة
names he: חשבונית
names vi: hóa đơn
names th: ใบแจ้งหนี้
names hi: फ़ीस बिल
names no: faktura
not en: invoice number; in receipt of; invoice to

type: pro forma invoice
description: an invoice before the sale
names en: pro forma invoice; proforma

type: receipt
description: a proof that money was paid
names en: receipt

type: bank statement
description: the transactions of an account
names de: kontoauszug
names fr: relevé de compte
names en: account summary~; bank statement

type: supplier statement
description: the open invoices of a customer
names en: account summary; statement of account

type: note
description: a few words on paper
names en: notes=; memo; jottings=

type: curriculum vitae
description: the life of a person
names en: cv
""")
FINDER = NameFinder(KNOWLEDGE.names)


def strengths(text: str, *headings: str, is_ocr: bool = False) -> dict[str, float]:
    """Return the types that a page calls itself and how surely, the surest first."""
    parts = heading_parts(DocumentPage(0, text, headings=headings))
    found = FINDER.find(parts, is_ocr=is_ocr)
    return {KNOWLEDGE.types[name.row].name: round(name.strength, 3) for name in found}


@pytest.mark.parametrize(
    ("line", "type_"),
    [
        ("Invoice", "invoice"),
        ("INVOICE", "invoice"),
        ("I N V O I C E", "invoice"),
        ("# **Invoice**", "invoice"),
        ("Rechnung", "invoice"),
        ("Relevé de compte", "bank statement"),
        ("RELEVE DE COMPTE", "bank statement"),
        ("RELEVE\u0301 DE COMPTE", "bank statement"),
        ("Pro-Forma Invoice", "pro forma invoice"),
        ("Invoice (copy for the customer)", "invoice"),
        ("請求書", "invoice"),
        ("請 求 書", "invoice"),
        ("发 票", "invoice"),
        ("Supplier Statement", "supplier statement"),
        ("الفاتورة", "invoice"),
        ("فــاتورةٌ", "invoice"),
        ("החשבונית", "invoice"),
        ("חֶשְׁבּוֹנִית", "invoice"),
        ("HO\u0301A ĐƠN", "invoice"),
        ("फीस बिल", "invoice"),
        ("ใบแจ้งหนี้ เลขที่ 12", "invoice"),
    ],
)
def test_a_name_alone_on_a_line_is_surely_the_title(line: str, type_: str):
    assert strengths(line) == {type_: 1.0}


@pytest.mark.parametrize(
    ("line", "strength"),
    [
        ("Invoice 2024-12", 0.9),
        ("Invoice No. 12 of 3 March 2024", 0.9),
        ("Invoice 12 for Harbour Print Works", 0.85),
        ("Invoice: 2024-12", 0.6),
        ("Harbour Print Invoice", 0.6),
        ("Who paid the invoice?", 0.1),
        ("<i>And then who paid the invoice?</i>", 0.1),
        ("Invoice for the print works of Harbour Quay", 0.5),
        ("Invoice of 3 May 2024", 0.9),
        ("請求書 第12号", 0.9),
        ("請求明細書 第12号", 0.9),
        ("サンライト 請求明細書", 0.5),
        ("株式会社山田商店サービス 請求明細書", 0.5),
        ("فاتورة رقم 12", 0.9),
        ("חשבונית מספר 12", 0.9),
        ("Hóa đơn số 12", 0.9),
        ("Print Invoice No. 12", 0.6),
        ("Druckrechnung", 0.6),
        ("Hyresfaktura nr 12", 0.54),
        ("Invoice for the print works of Harbour Quay.", 0.1),
        ("Invoice due on 3 June", 0.1),
        ("Invoice amount 12.00", 0.1),
        ("No. of Invoice 12", 0.1),
        ("رقم الفاتورة 12", 0.1),
        ("מספר חשבונית 12", 0.1),
        ("請求明細書番号 12", 0.2),
        ("增值税发票号码:20231187", 0.2),
    ],
)
def test_other_words_beside_a_name_make_it_weaker(line: str, strength: float):
    assert strengths(line) == {"invoice": strength}


@pytest.mark.parametrize(
    "line",
    [
        "Invoice number 12",
        "INVOICE NUMBER: 12",
        "We are in receipt of the goods",
        "Invoice to: Harbour Print Works",
        "Please pay this invoice",
        "Your invoice is ready",
        "This receipt was printed on 3 June",
        "Harbour Print Works of Kiel send you the latest invoice of the month of June",
        "一二三四五六七八九十甲乙丙丁請求明細書",
        "Invoices",
        "Mohon bayar invoice",
        "Ungebührrechnungen",
        "Abrechnung",
        "Druckrechnung ist der Name der Firma",
        "Harbour Print Works",
        "",
    ],
)
def test_labels_and_sentences_are_no_names(line: str):
    assert strengths(line) == {}


@pytest.mark.parametrize(
    "line", ["pro forma invoice", "PRO FORMA INVOICE 12", "Proforma Invoice", "Proforma"]
)
def test_the_longest_name_wins(line: str):
    assert next(iter(strengths(line))) == "pro forma invoice"
    assert strengths(line).get("invoice", 0) < 0.3


def test_of_two_names_of_a_line_both_count_beside_a_slash():
    assert strengths("Invoice / Receipt") == {"invoice": 1.0, "receipt": 1.0}
    assert strengths("Invoice and Receipt")["receipt"] < 0.3


def test_weaker_names_of_a_page_count_half():
    assert strengths("Invoice\nReceipt 12") == {"invoice": 1.0, "receipt": 0.45}
    assert strengths("Receipt 12\nInvoice") == {"invoice": 1.0, "receipt": 0.45}


def test_names_lower_on_the_page_count_less():
    assert strengths("words\n" * 7 + "Invoice") == {"invoice": 1.0}
    assert strengths("words\n" * 8 + "Invoice") == {"invoice": 0.85}
    assert strengths("words\n" * 40 + "Invoice") == {"invoice": 0.15}
    assert strengths("words\n" * 60 + "Invoice") == {}


def test_names_in_lines_that_stand_out_count_more():
    text = "Receipt\n" + "words\n" * 20 + "Invoice"
    assert strengths(text) == {"receipt": 1.0, "invoice": 0.3}
    assert strengths(text, "Invoice") == {"invoice": 1.0, "receipt": 0.25}


def test_names_in_fields_count_little():
    assert strengths("Address: invoice") == {"invoice": 0.18}


def test_the_subject_of_a_letter_is_a_name():
    assert strengths("Betreff: Rechnung 12") == {"invoice": 0.63}


def test_shared_names_count_half_for_the_type_that_shares_them():
    assert strengths("Account Summary") == {"supplier statement": 1.0, "bank statement": 0.25}
    assert strengths("Bank Statement") == {"bank statement": 1.0}


@pytest.mark.parametrize("text", ["Notes", "\nNOTES\nmore", "one\ntwo\nthree\nfour\nNotes", "CV"])
def test_ambiguous_names_count_alone_on_one_of_the_first_lines(text: str):
    assert set(strengths(text).values()) == {1.0}


@pytest.mark.parametrize(
    "text",
    [
        "one\ntwo\nthree\nfour\nfive\nNotes",
        "Notes of Ada",
        "Notes on 12 fields",
        "CV 12",
        "Notes 12",
    ],
)
def test_ambiguous_names_do_not_count_elsewhere(text: str):
    assert strengths(text) == {}


@pytest.mark.parametrize("line", ["Kontoauszag", "KONTOAUSZUUG", "kontauszug", "Bank Statemant"])
def test_one_slip_of_ocr_in_a_long_word_is_mended(line: str):
    assert strengths(line, is_ocr=True) == {"bank statement": 1.0}
    assert strengths(line) == {}


@pytest.mark.parametrize(
    "line",
    ["Kontoauszags", "Kontoasuzag", "invoices", "receipf", "Kontoauszugs", "memu", "jottimgs"],
)
def test_two_slips_plurals_and_short_words_are_not_mended_nor_are_ambiguous_names(line: str):
    assert strengths(line, is_ocr=True) == {}


def test_the_line_of_a_name_is_told_as_it_is_written():
    (found,) = FINDER.find(heading_parts(DocumentPage(0, "  RELEVÉ de compte  nº 12")))
    assert (found.name, found.line) == ("releve de compte", "RELEVÉ de compte")


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("Rechnung", ["invoice"]),
        ("PROFORMA", ["pro forma invoice"]),
        ("Account summary", ["supplier statement"]),
        ("invoice number", []),
        ("zorbal sheet", []),
    ],
)
def test_the_types_of_a_name(name: str, types: list[str]):
    assert [KNOWLEDGE.types[row].name for row in FINDER.rows_of(name)] == types


@pytest.mark.parametrize(
    ("name", "text", "strength"),
    [
        ("zorbal sheet", "ZORBAL SHEET", 1.0),
        ("zorbal sheet", "Zorbal sheet of week 12", 0.6),
        ("zorbal sheet", "Please fill in the zorbal sheet", 0.0),
        ("zorbal", "Zorbal", 1.0),
        ("zorbal", "Zorbal week", 0.0),
        ("zorbal", "one\n" * 5 + "Zorbal", 0.0),
        ("日報", "日報", 1.0),
        ("zorbal sheet", "Invoice", 0.0),
        ("", "Invoice", 0.0),
    ],
)
def test_a_name_that_is_not_known_is_looked_for(name: str, text: str, strength: float):
    found = NameFinder.of_name(name).find(heading_parts(DocumentPage(0, text)))
    assert (found[0].strength if found else 0.0) == strength


def test_names_are_compiled_with_their_marks():
    types = [
        DocumentType(
            "bill",
            "a bill",
            names={"en": "Bill; note~; n°=", "de": "rechnung"},
            not_names={"en": "bill to"},
        ),
        DocumentType("short note", "a note", names={"fr": "note=~", "ja": "請 求 明 細 書"}),
    ]
    assert compile_names(types) == {
        "bill": "0",
        "bill to": "-",
        "n": "0=",
        "note": "0~ 1=~",
        "rechnung": "0+",
        "short note": "1",
        "請求明細書": "1",
    }
