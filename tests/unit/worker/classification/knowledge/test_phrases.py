import pytest

from tests.unit.worker.classification.small_knowledge import KNOWLEDGE
from worker.classification.knowledge.base import load_knowledge
from worker.classification.knowledge.format import DocumentType, KnowledgeError
from worker.classification.knowledge.phrases import FoundAct, PhraseFinder, compile_phrases

INVOICE, RECEIPT = KNOWLEDGE.rows["invoice"], KNOWLEDGE.rows["receipt"]
FINDER = PhraseFinder(KNOWLEDGE.phrases)


def weights(text: str) -> dict[int, float]:
    return {act.row: act.weight for act in FINDER.find(text)}


def test_phrases_are_compiled_by_language():
    assert KNOWLEDGE.phrases["en"]["payable within"] == f"{INVOICE} {RECEIPT}~"
    assert KNOWLEDGE.phrases["en"]["amount .. due"] == str(INVOICE)
    assert KNOWLEDGE.phrases["ja"] == {"お支払い": str(INVOICE)}


def test_a_phrase_is_found_as_the_document_has_it():
    assert FINDER.find("Please REMIT\nthe sum") == (FoundAct(INVOICE, ("Please REMIT",), 1.0),)
    assert FINDER.find("期日までにお支払いください") == (FoundAct(INVOICE, ("お支払い",), 1.0),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Payable within 30 days", {INVOICE: 1.0, RECEIPT: 0.5}),
        ("It is payable in a month, within reason", {}),
        ("please remittance", {INVOICE: 1.0}),
        ("Amount still due", {INVOICE: 1.0}),
        ("The amount of water in the lake rose by as much as a third, and it is due", {}),
        ("the total", {INVOICE: 0.25}),
        ("cash, cash", {RECEIPT: 0.5}),
        ("cashmere", {}),
        ("Change due 1.20, cash", {RECEIPT: 1.5}),
        ("", {}),
    ],
)
def test_each_phrase_counts_once(text: str, found: dict[int, float]):
    assert weights(text) == found


def test_only_the_language_with_most_phrases_counts():
    assert weights("Rechnungsbetrag 12,00, zahlbar innerhalb von 30 Tagen, total, cash") == {
        INVOICE: 1.5
    }


def test_the_weightiest_act_and_the_surest_phrases_come_first():
    first, second = FINDER.find("total, cash, please remit, payable within, amount due")
    assert (first.row, second.row) == (INVOICE, RECEIPT)
    assert len(first.phrases) == 3
    assert "total" not in first.phrases


@pytest.mark.parametrize("phrase", ["x", "an*", ".. due", "amount ..", "", "。"])
def test_a_phrase_that_cannot_be_found_is_refused(phrase: str):
    with pytest.raises(KnowledgeError, match="too short"):
        compile_phrases([DocumentType("note", "a note", phrases={"en": f"good one;{phrase}~"})])


def test_shipped_phrases_tell_what_a_paper_without_a_heading_does():
    knowledge = load_knowledge()
    finder = PhraseFinder(knowledge.phrases)
    text = "Ware vollständig und unbeschädigt übernommen: ________ Unterschrift des Empfängers"

    first = finder.find(text)[0]

    assert knowledge.types[first.row].name == "delivery note"
    assert knowledge.types[first.row].act == "hands over goods"
