import pytest

from app.jobs.values import Rule
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.engine import Engine
from worker.classification.rules.exclusions import find_exclusions, without_negations
from worker.parsing.document import Document, DocumentPage


@pytest.mark.parametrize(
    ("description", "kept", "named"),
    [
        ("A form to fill in (not a tax form).", "A form to fill in.", ("tax form",)),
        ("Contracts, except leases and loans. Signed.", "Contracts. Signed.", ("leases", "loans")),
        ("Letters; other than invoices", "Letters", ("invoices",)),
        ("Bills. Does not include receipts or quotes.", "Bills.", ("receipts", "quotes")),
        ("Bills. Not for credit notes. Paper.", "Bills. Paper.", ("credit notes",)),
        ("Verträge, aber nicht Mietverträge.", "Verträge.", ("Mietverträge",)),
        ("Rechnungen (keine Mahnungen)", "Rechnungen", ("Mahnungen",)),
        ("Factures, sauf les avoirs", "Factures", ("avoirs",)),
        ("Facturas, excepto las de luz.", "Facturas.", ("luz",)),
        ("Formulario (no fiscal).", "Formulario.", ("fiscal",)),
        ("Faturas, exceto recibos", "Faturas", ("recibos",)),
        ("Fatture, tranne le ricevute", "Fatture", ("ricevute",)),
        ("Счета, кроме чеков", "Счета", ("чеков",)),
        ("请款单（不包括收据）", "请款单", ("收据",)),
        ("請求書（領収書を除く）", "請求書", ("領収書",)),
    ],
)
def test_clauses_that_only_deny(description: str, kept: str, named: tuple[str, ...]):
    assert without_negations(description) == kept
    assert find_exclusions(description) == named


@pytest.mark.parametrize(
    "description",
    [
        "Not yet paid bills",
        "not an invoice",
        "(not an invoice)",
        "Goods that are notable, or not, in any way",
        "A letter that does not carry a signature",
        "",
    ],
)
def test_other_negations_stay(description: str):
    assert without_negations(description) == description
    assert find_exclusions(description) == ()


def test_at_most_six_exclusions_are_looked_at():
    assert len(find_exclusions("Papers, except a1, b1, c1, d1, e1, f1, g1, h1")) == 6


def score(engine: Engine, text: str, rule: Rule) -> tuple[float, float]:
    """Return the rule's score and what it lost to its exclusions."""
    embedded = engine.embed(Document("txt", (DocumentPage(0, text),), 1))
    scores = engine.scorer.score(embedded, [rule])
    return float(scores.rules[0]), float(scores.excluded[0])


def test_a_document_of_the_excluded_kind_costs_the_rule_its_score(engine: Engine):
    invoice = TEXTS["invoice", "en"]
    plain, _ = score(engine, invoice, Rule("business paper", "Papers of a company."))
    fewer, lost = score(
        engine, invoice, Rule("business paper", "Papers of a company (not an invoice).")
    )
    assert lost > 0.5
    assert fewer == pytest.approx(plain - lost, abs=1e-4)


def test_other_documents_cost_it_nothing(engine: Engine):
    contract = TEXTS["contract", "en"]
    rule = Rule("contract", "An agreement between parties (not an invoice).")
    assert score(engine, contract, rule)[1] == 0


def test_the_reasoning_tells_what_an_exclusion_cost(engine: Engine):
    document = Document("txt", (DocumentPage(0, TEXTS["invoice", "en"]),), 1)
    rule = Rule("business paper", "Papers of a company (not an invoice).")
    result = engine.classify(document, [rule])
    lost = result.evidence.scoring.ranking[0].excluded
    assert 'Your description of "business paper" excludes something' in result.verdict.reasoning
    assert f"({lost:.2f} lost by its exclusions)" in result.verdict.reasoning
    assert result.verdict.type is None
