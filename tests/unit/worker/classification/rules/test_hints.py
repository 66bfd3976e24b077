"""Hints about the wording of rules, in four languages."""

import pytest

from app.jobs.values import Rule
from worker.classification.rules.hints import HintKind, find_wording_hints


def kinds(*rules: Rule) -> list[HintKind]:
    return [hint.kind for hint in find_wording_hints(rules)]


@pytest.mark.parametrize(
    "rule",
    [
        Rule("invoice", "A bill from a seller to a customer with invoice no., tax and total."),
        Rule("nda", "A non-disclosure agreement between two companies, not a contract of sale."),
        Rule("tax_form", "A form of the tax office for the income of a year (not an invoice)."),
        Rule("Lieferschein", "Begleitschein zur Ware mit Artikeln, aber keine Rechnung."),
        Rule("lettre", "Lettre d'une administration avec numéro de dossier, sauf les factures."),
        Rule("nómina", "Recibo de salarios con el salario bruto, excepto facturas."),
        Rule("shipping_label", "A label on a parcel with sender, addressee and a bar code."),
        Rule("請求書", "商品やサービスの代金を請求する書類"),
        Rule("letter", "A letter that is signed by the sender before and after reading."),
    ],
)
def test_good_rules_get_no_hint(rule: Rule) -> None:
    assert kinds(rule) == []


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        (Rule("court_decision", "court decision"), HintKind.BARE_NAME),
        (Rule("court decision", "the decision of a court"), HintKind.TOO_SHORT),
        (Rule("見積書", "見積りの書類"), HintKind.TOO_SHORT),
        (Rule("letter", "A letter from a company that is not an invoice"), HintKind.NEGATION),
        (Rule("letter", "A letter that doesn't ask the reader for money"), HintKind.NEGATION),
        (
            Rule("Brief", "Ein Brief einer Firma, der nicht um Geld bittet"),
            HintKind.NEGATION,
        ),
        (Rule("lettre", "Une lettre qui ne demande pas de payer une somme"), HintKind.NEGATION),
        (Rule("carta", "Una carta de una empresa que no es una factura"), HintKind.NEGATION),
        (Rule("x", "Classify as x if the document asks for money"), HintKind.INSTRUCTION),
        (Rule("x", "Use this if someone wants to be paid for work"), HintKind.INSTRUCTION),
        (Rule("x", "Ordne hier alles ein, was Geld verlangt"), HintKind.INSTRUCTION),
    ],
)
def test_each_fault_is_found(rule: Rule, kind: HintKind) -> None:
    assert kinds(rule) == [kind]


def test_names_that_differ_by_case_accents_or_hyphens() -> None:
    description = "A bill from a seller to a customer with tax and total."
    rules = [Rule(name, description) for name in ("Avoir", "credit-note", "avoír", "Credit_Note")]

    hints = [hint for hint in find_wording_hints(rules) if hint.kind is HintKind.SAME_NAME]

    assert [hint.rules for hint in hints] == [(0, 2), (1, 3)]
