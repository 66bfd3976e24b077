import pytest

from worker.classification.knowledge.format import (
    DocumentType,
    KnowledgeError,
    ancestors,
    fault_of,
    parse_types,
    split_items,
)

SOURCE = """# Comments and empty lines are left out.

type: bill
abstract: yes
description: a document that asks for money

type: credit note
parents: bill; letter
description: a document by which a seller reduces an earlier invoice
names en: credit note; credit memo
names de: gutschrift; storno~
not en: credit note number
act: gives money back
phrases en: we credit; returned goods~
sample en: CREDIT NOTE no. 118. We credit your account: 40.00
sample en: Credit memo. Returned goods.
sample de: Gutschrift Nr. 7
"""


def parse(text: str) -> list[DocumentType]:
    return list(parse_types(text, "money.txt"))


def test_types_are_parsed_in_order_with_all_their_fields():
    assert parse(SOURCE) == [
        DocumentType("bill", "a document that asks for money", is_abstract=True),
        DocumentType(
            "credit note",
            "a document by which a seller reduces an earlier invoice",
            parents=("bill", "letter"),
            names={"en": "credit note; credit memo", "de": "gutschrift; storno~"},
            not_names={"en": "credit note number"},
            act="gives money back",
            phrases={"en": "we credit; returned goods~"},
            samples=[
                ("en", "CREDIT NOTE no. 118. We credit your account: 40.00"),
                ("en", "Credit memo. Returned goods."),
                ("de", "Gutschrift Nr. 7"),
            ],
        ),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_a_file_may_have_no_types(text: str):
    assert parse(text) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("just some words", "a line begins with a field and a colon"),
        ("colour: red", "a line begins with a field and a colon"),
        ("names eng: invoice", "a line begins with a field and a colon"),
        (" parents: bill", "a line begins with a field and a colon"),
        ("names: invoice", "'names' is out of place"),
        ("sample: INVOICE no. 7", "'sample' is out of place"),
        ("not: invoice number", "'not' is out of place"),
        ("phrases: payable within", "'phrases' is out of place"),
        ("act en: asks for payment", "'act' is out of place"),
        ("description en: a bill", "'description' is out of place"),
        ("parents en: bill", "'parents' is out of place"),
    ],
)
def test_a_faulty_line_is_told_with_its_place(line: str, fault: str):
    with pytest.raises(KnowledgeError) as error:
        parse(f"type: invoice\n\n# comment\n{line}\n")
    assert str(error.value) == f"money.txt, line 4: {fault}"


def test_a_field_before_the_first_type_is_out_of_place():
    with pytest.raises(KnowledgeError, match=r"^money\.txt, line 1: 'description' is out of place"):
        parse("description: a bill\ntype: invoice\n")


def test_items_are_separated_by_semicolons():
    assert split_items(" bill;  letter ; ;") == ["bill", "letter"]
    assert split_items("") == []


BILL = DocumentType("bill", "a document that asks for money")
INVOICE = DocumentType("invoice", "a bill from a seller", ("bill",))


def test_types_without_a_fault():
    sample = [("de", "Rechnung"), ("en", "Invoice")]
    assert fault_of([INVOICE, BILL, DocumentType("receipt", "a proof", samples=sample)]) is None
    assert fault_of([]) is None


@pytest.mark.parametrize(
    ("types", "fault"),
    [
        ([BILL, INVOICE, BILL], "The type 'bill' is defined twice."),
        ([DocumentType("note")], "The type 'note' has no description."),
        ([INVOICE], "The type 'invoice' has the unknown parent 'bill'."),
        ([DocumentType("a", "b", ("a",))], "The type 'a' is its own ancestor."),
        (
            [
                DocumentType("a", "x", ("b",)),
                DocumentType("b", "y", ("c",)),
                DocumentType("c", "z", ("a",)),
            ],
            "The type 'a' is its own ancestor.",
        ),
        (
            [DocumentType("receipt", "a proof", samples=[("de", "Quittung")])],
            "The type 'receipt' has samples, but none in English.",
        ),
        (
            [DocumentType("receipt", "a proof", phrases={"en": "change due"})],
            "The type 'receipt' has phrases without an act, or an act without phrases.",
        ),
    ],
    ids=[
        "twice",
        "no description",
        "unknown parent",
        "own parent",
        "cycle",
        "no English sample",
        "no act",
    ],
)
def test_faults_of_types_together(types: list[DocumentType], fault: str):
    assert fault_of(types) == fault


def test_ancestors_are_found_on_the_shortest_way():
    parents = {"a": ("b", "d"), "b": ("c",), "c": ("d",), "d": (), "e": ()}
    assert ancestors("a", parents) == {"b": 1, "d": 1, "c": 2}
    assert ancestors("e", parents) == {}
