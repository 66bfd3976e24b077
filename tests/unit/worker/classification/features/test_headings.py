import pytest

from worker.classification.features.headings import (
    MAX_LINES,
    HeadingPart,
    fold,
    heading_parts,
    is_unspaced,
    split_words,
)
from worker.parsing.document import DocumentPage


def parts(text: str, *headings: str) -> list[HeadingPart]:
    return heading_parts(DocumentPage(0, text, headings=headings))


def test_a_line_is_one_part_with_folded_words():
    assert parts("Relevé de Compte") == [
        HeadingPart("Relevé de Compte", 0, ("releve", "de", "compte"), "", 1.0)
    ]


def test_a_part_without_blanks_between_words_has_letters():
    assert parts("請 求 書") == [HeadingPart("請 求 書", 0, (), "請求書", 1.0)]


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("INVOICE      Harbour Print Works", ["INVOICE", "Harbour Print Works"]),
        ("INVOICE\tNo. 7", ["INVOICE", "No. 7"]),
        ("| Invoice | Total |", ["Invoice", "Total"]),
        ("INVOICE  No. 7", ["INVOICE", "No. 7"]),
        ("INVOICE No. 7", ["INVOICE No. 7"]),
        ("I N  V O I C E", ["I N  V O I C E"]),
        ("## **Invoice**", ["Invoice"]),
        ("-----", []),
    ],
)
def test_wide_gaps_divide_a_line(line: str, texts: list[str]):
    assert [part.text for part in parts(line)] == texts
    assert {part.line for part in parts(line)} <= {0}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("I N V O I C E", ("invoice",)),
        ("I.N.V.O.I.C.E", ("invoice",)),
        ("Plan A B of C", ("plan", "a", "b", "of", "c")),
        ("Invoice (copy for the customer)", ("invoice",)),
        ("(Copy)", ("copy",)),
    ],
)
def test_letter_spacing_and_brackets_are_undone(line: str, words: tuple[str, ...]):
    assert [part.words for part in parts(line)] == [words]


def test_the_higher_a_line_the_more_it_counts():
    weights = [part.weight for part in parts("words\n" * 70)]
    assert weights == [1.0] * 8 + [0.85] * 7 + [0.6] * 10 + [0.35] * 15 + [0.15] * 20
    assert len(weights) == MAX_LINES


def test_lines_without_text_are_not_counted():
    assert [(part.text, part.line) for part in parts("\n \n***\nfirst\n\nsecond")] == [
        ("first", 0),
        ("second", 1),
    ]


@pytest.mark.parametrize(
    "line", ["Address: invoice office", "FROM : the invoice office", "To: the invoice office"]
)
def test_what_a_field_holds_counts_little(line: str):
    assert [part.weight for part in parts(line)] == [0.3]


@pytest.mark.parametrize(
    "line",
    ["Subject: Invoice", "OBJET : Invoice", "Betr.: Invoice", "Věc: Invoice", "件名：Invoice"],
)
def test_the_subject_of_a_letter_is_without_its_label(line: str):
    assert parts(line) == [HeadingPart("Invoice", 0, ("invoice",), "", 0.7)]


def test_the_subject_of_a_mail_counts_less_than_that_of_a_letter():
    header = "From: a@example.com\nTo: b@example.com\nSubject: Invoice"
    assert parts(header)[-1].weight == 0.3


@pytest.mark.parametrize(
    ("line", "weight"),
    [
        ("and thank you for the invoice.", 0.1),
        ("the goods of this invoice,", 0.1),
        ("Thank you for the invoice.", 1.0),
        ("invoice", 1.0),
    ],
)
def test_a_wrapped_sentence_counts_hardly(line: str, weight: float):
    assert [part.weight for part in parts(line)] == [weight]


def test_lines_that_stand_out_count_fully_and_others_half():
    text = "Harbour Print Works\n" + "filler\n" * 19 + "Tax  Invoice"
    found = parts(text, "Tax Invoice")
    assert [part.weight for part in found if part.text in {"Tax", "Invoice"}] == [1.0, 1.0]
    assert [found[0].weight, found[19].weight] == [0.5, 0.3]


@pytest.mark.parametrize(
    ("line", "weights"),
    [
        ("Invoice   Date   Due   Open", [0.2] * 4),
        ("Invoice   Date   3 May   Open", [1.0, 0.2, 0.2, 0.2]),
        ("Invoice   3 May   late   62,00", [0.2] * 4),
        ("Kitchen   good   worn   3 keys", [1.0, 0.2, 0.2, 0.2]),
        ("Invoice   Total", [1.0] * 2),
    ],
)
def test_rows_and_heads_of_tables_are_no_headings(line: str, weights: list[float]):
    assert [part.weight for part in parts(line)] == weights


def test_long_parts_are_no_headings():
    assert len(parts("word " * 40)) == 1
    assert parts("word " * 41) == []
    assert len(parts("字" * 60)) == 1
    assert parts("字" * 61) == []


def test_the_shown_text_is_short():
    (part,) = parts("invoice " * 20)
    assert len(part.text) == 70
    assert len(part.words) == 20


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("INVOICE", "invoice"),
        ("Gehälter für März", "gehalter fur marz"),
        ("Relevé", "releve"),
        ("Releve\u0301", "releve"),
        ("STRASSE Straße", "strasse strasse"),
        ("Łódź Ørsted cœur ısı", "lodz orsted coeur isi"),
        ("Счёт Йод", "счет иод"),
        ("ΤΙΜΟΛΌΓΙΟ", "τιμολογιο"),
        ("N° 7", "n  7"),
        ("№ 7", "no  7"),
        ("l’avis", "l'avis"),
        ("\uff29\uff2e\uff36", "inv"),
        ("चालान", "चालान"),
        ("청구서", "청구서"),
    ],
)
def test_folding_takes_case_and_accents_away(text: str, folded: str):
    assert fold(text) == folded
    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("invoice no. 12", ["invoice", "no", "12"]),
        ("av-2017-0005 of 12/03/2024", ["av-2017-0005", "of", "12/03/2024"]),
        ("pro-forma brutto/netto", ["pro", "forma", "brutto", "netto"]),
        ("l'avis d'imposition", ["l'avis", "d'imposition"]),
        ("snake_case", ["snake", "case"]),
        ("कर चालान", ["कर", "चालान"]),
        ("बैंक विवरण", ["बैंक", "विवरण"]),
        ("வருமான வரி", ["வருமான", "வரி"]),
        ("«счет» — 7", ["счет", "7"]),
        ("...", []),
    ],
)
def test_what_has_digits_stays_one_word(text: str, words: list[str]):
    assert split_words(text) == words


@pytest.mark.parametrize("text", ["請求書", "ใบแจ้งหนี้", "청구서", "Invoice 発票", "カタカナ"])
def test_scripts_without_blanks_between_words(text: str):
    assert is_unspaced(text)


@pytest.mark.parametrize("text", ["invoice", "счет", "فاتورة", "चालान", ""])
def test_scripts_with_blanks_between_words(text: str):
    assert not is_unspaced(text)
