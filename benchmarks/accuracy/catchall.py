"""Rule sets with a catch-all, measured with whole engines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from app.jobs.values import Rule
from benchmarks.accuracy.engines import Fitted
from benchmarks.accuracy.folds import FOLDS, Scored
from benchmarks.accuracy.metrics import ABSENT
from benchmarks.accuracy.phrases import PHRASES
from benchmarks.accuracy.tables import new_table, rate
from worker.classification.embedded_document import EmbeddedDocument
from worker.classification.engine import Engine
from worker.classification.fitting.random_rules import draw_rules

_COUNTS = (2, 3, 5, 8)
_BY_LANGUAGE = 3
# Every phrase is judged on every fourth document, another quarter for the next phrase.
_EVERY = 4


@dataclass(frozen=True, slots=True)
class CatchAllResult:
    """One judgement: the catch-all, the number of other rules, and the correct answers.

    `is_detected` tells whether the engine recognised the catch-all. For `naive_is_right` the
    catch-all competes by its text like any other rule.
    """

    language: str
    phrase: Rule
    rules: int
    is_present: bool
    is_detected: bool
    is_right: bool
    naive_is_right: bool


class CatchAllJudge:
    """Judges documents with the engine that was fitted without them."""

    def __init__(self, fitted: Fitted, rules: Sequence[Rule]) -> None:
        self._fold = fitted.fold
        self._rules = rules
        self._types = [rule.type for rule in rules]
        self._engines = [Engine(fitted.embedders, fitted.constants[n]) for n in range(FOLDS)]
        self._counts = [count for count in _COUNTS if count < len(rules)]
        self._random = np.random.default_rng(11)

    def by_count(self, scored: Sequence[Scored]) -> list[CatchAllResult]:
        """Judge each document once with each number of rules and a random catch-all."""
        results = []
        for item in scored:
            embedded = self._engine(item).embed(item.item.document)
            for count in self._counts:
                number = int(self._random.integers(len(PHRASES)))
                results.append(self._judge(item, embedded, count, *PHRASES[number]))
        return results

    def by_phrase(self, scored: Sequence[Scored]) -> list[CatchAllResult]:
        """Judge every catch-all beside three rules on a quarter of the documents."""
        count = min(_BY_LANGUAGE, len(self._rules) - 1)
        results = []
        for place, item in enumerate(scored):
            embedded = self._engine(item).embed(item.item.document)
            for language, phrase in PHRASES[place % _EVERY :: _EVERY]:
                results.append(self._judge(item, embedded, count, language, phrase))
        return results

    def mistaken(self, rules: Sequence[Rule]) -> list[Rule]:
        """Return the rules that are wrongly recognised as catch-alls; none of them is one."""
        found = {place for engine in self._engines for place in engine.find_catch_alls(rules)}
        return [rules[place] for place in sorted(found)]

    def _engine(self, item: Scored) -> Engine:
        return self._engines[self._fold[item.item.source]]

    def _judge(
        self, item: Scored, embedded: EmbeddedDocument, count: int, language: str, phrase: Rule
    ) -> CatchAllResult:
        engine = self._engine(item)
        label = item.item.label
        right = self._types.index(label) if label in self._types else None
        present = right is not None and bool(self._random.random() > ABSENT)
        drawn = draw_rules(right, len(self._rules), count, present=present, random=self._random)
        given = [*(self._rules[position] for position in drawn), phrase]
        expected = label if present else phrase.type
        judged = engine.judge(embedded, given)
        comparison = embedded.comparison(len(engine.stages) - 1)
        scores = engine.scorer.score(embedded.text, comparison, given)
        naive = given[int(scores.rules.argmax())].type
        return CatchAllResult(
            language,
            phrase,
            count,
            present,
            judged.evidence.catch_all == phrase.type,
            judged.verdict.type == expected,
            naive == expected,
        )


def by_count_table(results: Sequence[CatchAllResult]) -> Table:
    """Show rule sets with a catch-all, and the same with a competing catch-all."""
    languages = len({language for language, _ in PHRASES})
    table = new_table(
        f"Rules plus one of {len(PHRASES)} catch-alls in {languages} languages",
        "rules",
        right=("judged", "right", "right rule there", "absent", "naive", "naive, absent"),
    )
    for count in sorted({item.rules for item in results}):
        part = [item for item in results if item.rules == count]
        there = [item for item in part if item.is_present]
        absent = [item for item in part if not item.is_present]
        table.add_row(
            f"{count} + catch-all",
            str(len(part)),
            _right(part),
            _right(there),
            _right(absent),
            rate(float(np.mean([item.naive_is_right for item in part]))),
            rate(float(np.mean([item.naive_is_right for item in absent]))),
        )
    return table


def by_language_table(results: Sequence[CatchAllResult], mistaken: str) -> Table:
    """Show by language which catch-alls are recognised and how often the answer is right."""
    table = new_table(
        f"Catch-alls by language, {_BY_LANGUAGE} rules; {mistaken}",
        "language",
        right=("phrases", "recognised", "judged", "right", "right rule there", "absent"),
    )
    table.add_column("not recognised")
    languages = list(dict.fromkeys(language for language, _ in PHRASES))
    for names in [*([language] for language in languages), languages]:
        part = [item for item in results if item.language in names]
        phrases = {item.phrase for item in part}
        missed = {item.phrase for item in part if not item.is_detected}
        if len(names) > 1:
            table.add_section()
        table.add_row(
            names[0] if len(names) == 1 else f"all {len(names)}",
            str(len(phrases)),
            str(len(phrases - missed)),
            str(len(part)),
            _right(part),
            _right([item for item in part if item.is_present]),
            _right([item for item in part if not item.is_present]),
            ", ".join(sorted(rule.type for rule in missed)) if len(names) == 1 else "",
        )
    return table


def _right(results: Sequence[CatchAllResult]) -> str:
    return rate(float(np.mean([item.is_right for item in results])) if results else np.nan)
