"""Hints about rules that need the engine: overlaps, catch-alls, rules for one known type."""

from itertools import product

import pytest

from app.configurations.ready_made import LANGUAGES, SETS, ReadyMadeSet
from app.jobs.values import Rule
from app.lint.values import HintKind
from worker.classification.engine import Engine
from worker.classification.lint import lint_rules

INVOICE = Rule("invoice", "A bill from a seller to a customer with line items, tax and total.")
LETTER = Rule("letter", "A personal letter with salutation, text, greeting and signature.")


def found(engine: Engine, *rules: Rule) -> list[tuple[HintKind, tuple[int, ...]]]:
    return [(hint.kind, hint.rules) for hint in lint_rules(rules, engine)]


def test_good_rules_get_no_hint(engine_of_both: Engine, rules: list[Rule]) -> None:
    assert found(engine_of_both, *rules) == []


def test_rules_that_mean_nearly_the_same(engine_of_both: Engine) -> None:
    bill = Rule("bill", "A bill of a seller for a customer with items, tax and the total.")

    assert (HintKind.OVERLAP, (0, 2)) in found(engine_of_both, INVOICE, LETTER, bill)


def test_two_rules_for_one_known_type(engine_of_both: Engine) -> None:
    other = Rule("invoices", "An account of what a customer bought.")

    hints = lint_rules([INVOICE, other], engine_of_both)

    assert [(hint.kind, hint.rules) for hint in hints] == [(HintKind.SAME_TYPE, (0, 1))]
    assert 'understood as "invoice"' in hints[0].problem


def test_a_rule_for_two_types(engine_of_both: Engine) -> None:
    both = Rule("quotes_and_orders", "An offer with prices, or what a customer wants to buy.")
    one = Rule("terms_and_conditions", "General terms of a business for all of its customers.")

    assert (HintKind.TWO_TYPES, (0,)) in found(engine_of_both, both)
    assert HintKind.TWO_TYPES not in {kind for kind, _ in found(engine_of_both, one)}


def test_one_catch_all_may_be_meant_and_a_second_is_never_an_answer(
    engine_of_both: Engine,
) -> None:
    rules = [INVOICE, Rule("other", "any other document"), Rule("misc", "anything else")]

    first, second = lint_rules(rules, engine_of_both)

    assert (first.kind, first.rules, first.is_warning) == (HintKind.CATCH_ALL, (1,), False)
    assert (second.kind, second.rules, second.is_warning) == (HintKind.CATCH_ALL, (1, 2), True)


def test_a_catch_all_by_its_description_only_is_a_warning(engine_of_both: Engine) -> None:
    rules = [INVOICE, Rule("correspondence", "documents that do not fit any other category")]

    (hint,) = lint_rules(rules, engine_of_both)

    assert (hint.kind, hint.rules, hint.is_warning) == (HintKind.CATCH_ALL, (1,), True)


def test_only_a_catch_all(engine_of_both: Engine) -> None:
    assert found(engine_of_both, Rule("other", "any other document")) == [
        (HintKind.CATCH_ALL, (0,))
    ]


def test_at_least_one_rule_is_needed(engine_of_both: Engine) -> None:
    with pytest.raises(ValueError, match="at least one rule"):
        lint_rules([], engine_of_both)


def test_the_ready_made_rules_get_no_hint(engine_of_both: Engine) -> None:
    hints = {
        f"{lang} {name}": lint_rules(ReadyMadeSet(name, lang).rules_file.job_rules, engine_of_both)
        for name, lang in product(SETS, LANGUAGES)
    }

    assert {name: each for name, each in hints.items() if each} == {}
