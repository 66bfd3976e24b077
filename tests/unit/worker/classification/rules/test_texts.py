import numpy as np
import pytest

from app.jobs.values import Rule
from worker.classification.engine import Engine
from worker.classification.rules.catch_all import find_catch_alls
from worker.classification.rules.texts import lexical_text, rule_text, without_code

CATCH_ALLS = [
    Rule("other", "any other document"),
    Rule("OTHER", "OTHER"),
    Rule("misc", "miscellaneous"),
    Rule("Misc.", "whatever is left"),
    Rule("unknown", "use this if no other rule applies"),
    Rule("default", "fallback category"),
    Rule("none_of_the_above", ""),
    Rule("no_match", "the document is none of these"),
    Rule("rest", "The rest"),
    Rule("general", "A general document of no specific type"),
    Rule("not_relevant", "Everything that is not an invoice"),
    Rule("unclassified", "anything not covered above"),
    Rule("sonstiges", "Alle anderen Dokumente"),
    Rule("Übrige Unterlagen", "was sonst noch kommt"),
    Rule("autres documents", "tout ce qui reste"),
    Rule("otros", "cualquier otro documento"),
    Rule("altro", "qualsiasi altro documento"),
    Rule("outros", "qualquer outro documento"),
    Rule("overig", "alle andere documenten"),
    Rule("inne", "wszystkie inne dokumenty"),
    Rule("diğer", "diğer tüm belgeler"),
    Rule("прочее", "любой другой документ"),
    Rule("其他", "任何其他文件"),
    Rule("その他", "その他の文書"),
    Rule("기타", "다른 모든 문서"),
    Rule("أخرى", "أي مستند آخر"),
    Rule("ninguno", "ninguno de estos tipos"),
    Rule("該当なし", "どの種類にも当てはまらない"),
    Rule("Y", "documents that do not match any of the other categories"),
]

REAL_TYPES = [
    Rule("other_income", "statement of other income such as dividends and interest"),
    Rule("correspondence_other", "letters to other parties"),
    Rule("other_contract", "contracts other than leases and employment contracts"),
    Rule("annexes", "other attachments to a tax return"),
    Rule("default", "a notice of default on a loan"),
    Rule("rest", "a doctor's order of bed rest for a patient"),
    Rule("general_ledger", "the general ledger of a company"),
    Rule("standard", "a technical standard or norm"),
    Rule("unknown_soldier", "papers about a war memorial"),
    Rule("anything", "a wish list for a birthday with gifts and prices"),
]


@pytest.mark.parametrize("rule", CATCH_ALLS, ids=lambda rule: rule.type)
def test_catch_alls_are_recognised(engine: Engine, rule: Rule):
    assert engine.find_catch_alls([Rule("invoice", "a bill"), rule]) == (1,)


@pytest.mark.parametrize("rule", REAL_TYPES, ids=lambda rule: f"{rule.type}: {rule.description}")
def test_real_types_are_not(engine: Engine, rule: Rule):
    assert engine.find_catch_alls([rule]) == ()


def test_no_generic_type_is_a_catch_all(engine: Engine):
    lead = engine.scorer.lead
    nearness = (lead.panel.direct @ lead.catch_alls.T).max(axis=1)
    assert find_catch_alls(engine.scorer.knowledge.panel, nearness, lead.tuning.catch_all) == ()


def test_nearness_alone_is_enough_only_when_it_is_clear():
    rules = [Rule("x", "y"), Rule("x", "y")]
    assert find_catch_alls(rules, np.array([0.9, 0.4], dtype=np.float32), (0.42, 0.6)) == (0,)


def test_a_negation_does_not_pull_a_rule_towards_what_it_denies(engine: Engine):
    plain, denying, tax = (
        engine.scorer.rules.read(rule).targets[0].direct[0]
        for rule in (
            Rule("form", "A form with fields to fill in."),
            Rule("form", "A form with fields to fill in (not a tax return)."),
            Rule("tax return", "A tax return."),
        )
    )
    assert plain @ tax == pytest.approx(denying @ tax, abs=1e-6)


def test_texts_of_rules():
    rule = Rule("tax_form", "Form\x00 of a  tax office")
    assert rule_text(rule) == "tax form: Form of a tax office"
    assert lexical_text(rule) == "tax form tax form form of a tax office"
    assert rule_text(Rule("", "")) == ""


@pytest.mark.parametrize("name", ["A1", "cat_3", "Ordner 7", "12", "b", "klasse-2b", "category12"])
def test_a_code_gives_way_to_the_description(name: str):
    assert without_code(Rule(name, "Bills of suppliers")) == Rule("Bills of suppliers", "")


@pytest.mark.parametrize(
    "rule",
    [
        Rule("invoice", "Bills of suppliers"),
        Rule("Rechnungen 2024", "Bills of suppliers"),
        Rule("form12345", "Bills of suppliers"),
        Rule("A1", ""),
    ],
)
def test_other_types_stay(rule: Rule):
    assert without_code(rule) == rule
