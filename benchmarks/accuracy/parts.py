"""The tables of the fused engine: rule files, types, catch-alls, costs."""

from rich.console import Console

from benchmarks.accuracy import tables
from benchmarks.accuracy.catchall import CatchAllJudge, by_count_table, by_language_table
from benchmarks.accuracy.cost import cost_table, long_documents, measure_costs
from benchmarks.accuracy.custom import custom_table, without_own_types
from benchmarks.accuracy.engines import BUILT_IN, TEXT, Fitter, report_step
from benchmarks.accuracy.metrics import Sample
from benchmarks.accuracy.rulesets import languages_table, rule_sets_table, with_generic_types
from worker.classification.knowledge.base import load_knowledge

_ENGINE = "fused"


def measure_parts(fitter: Fitter, console: Console) -> None:
    """Print all tables of the fused engine."""
    measure_documents(fitter, console)
    measure_custom_types(fitter, console)
    measure_catch_alls(fitter, console)
    measure_rule_sets(fitter, console)
    measure_cost(fitter, console)


def measure_documents(fitter: Fitter, console: Console) -> None:
    """Print the figures by rule file, by kind of document and by confidence."""
    samples = fitter.samples(_ENGINE, load_knowledge())
    text = fitter.text_sample(_ENGINE, load_knowledge())
    console.print(tables.rule_files({**samples, **({TEXT: text} if text else {})}, list(samples)))
    first = next(iter(samples.values()))
    scored = fitter.score(_ENGINE, load_knowledge())
    console.print(tables.groups(Sample(scored, first.rules, first.types)))
    console.print(
        tables.confidences(
            {first.rules: [first], f"all {len(samples)} rule files": list(samples.values())}
        )
    )


def measure_custom_types(fitter: Fitter, console: Console) -> None:
    """Print the figures with the bank without the rules' types."""
    whole = load_knowledge()
    name, rules = next(iter(fitter.corpus.rule_sets.items()))
    removed = without_own_types(whole, rules, fitter.model("e5"))
    console.print(
        custom_table(
            fitter.samples(_ENGINE, whole)[name],
            fitter.samples(_ENGINE, removed)[name],
            (len(whole.bank_types), len(removed.bank_types)),
        )
    )


def measure_catch_alls(fitter: Fitter, console: Console) -> None:
    """Print the figures of rule sets with a catch-all, by number of rules and by language."""
    knowledge = load_knowledge()
    report_step("judging catch-alls")
    scored = fitter.score(_ENGINE, knowledge)
    rule_sets = fitter.corpus.rule_sets
    judge = CatchAllJudge(fitter.fit(_ENGINE, knowledge), next(iter(rule_sets.values())))
    console.print(by_count_table(judge.by_count(scored)))
    real = list(
        dict.fromkeys([*(r for rules in rule_sets.values() for r in rules), *knowledge.panel])
    )
    mistaken = ", ".join(rule.type for rule in judge.mistaken(real)) or "none"
    note = f"real types recognised as a catch-all, of {len(real)}: {mistaken}"
    console.print(by_language_table(judge.by_phrase(scored), note))


def measure_rule_sets(fitter: Fitter, console: Console) -> None:
    """Print the figures of single, many and doubled rules, and of rules in other languages."""
    knowledge = load_knowledge()
    scored = fitter.score(_ENGINE, knowledge)
    report_step("scoring unusual sets of rules")
    rule_sets = fitter.corpus.rule_sets
    name, rules = next(iter(rule_sets.items()))
    other = next(
        (key for key in ("rules_short", *rule_sets) if key in rule_sets and key != name), name
    )
    unusual = {
        "many": with_generic_types(rules, scored[0], knowledge.panel, name),
        "twice": (*rules, *rule_sets[other]),
    }
    again = fitter.fit(_ENGINE, knowledge).score(fitter.corpus.labelled, unusual)
    types = [rule.type for rule in rules]
    many, twice = (
        Sample(again, key, [rule.type for rule in given]) for key, given in unusual.items()
    )
    console.print(rule_sets_table(Sample(scored, name, types), many, twice))
    console.print(languages_table(scored, list(rule_sets), types))


def measure_cost(fitter: Fitter, console: Console) -> None:
    """Print the CPU time and memory of each engine."""
    knowledge = load_knowledge()
    constants = {engine: fitter.fit(engine, knowledge).constants[0] for engine in BUILT_IN}
    pages = long_documents(fitter.corpus.labelled.documents)
    rules = next(iter(fitter.corpus.rule_sets.values()))
    report_step(f"measuring the cost of {len(constants)} engines")
    console.print(cost_table(measure_costs(constants, pages, rules), len(pages), len(rules)))
