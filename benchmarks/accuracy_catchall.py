"""Rule sets that end in a catch-all, judged by whole engines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy_folds import FOLDS, Scored
from worker.classification.constants import Constants
from worker.classification.embedder import Embedder
from worker.classification.engine import Engine
from worker.classification.fitting import draw_rules
from worker.classification.rules import Rule

PHRASES = (
    Rule("other", "any other document"),
    Rule("misc", "Documents that do not match any of the other types."),
    Rule("unknown", "use this if no other rule applies"),
    Rule("sonstiges", "Alle anderen Dokumente"),
    Rule("autre", "documents qui ne correspondent à aucun autre type"),
    Rule("otros_documentos", "cualquier documento que no sea de los anteriores"),
    Rule("другое", "любой другой документ"),
    Rule("その他", "その他の文書"),
)
_COUNTS = (2, 3, 5, 8)
_ABSENT = 0.35


@dataclass(frozen=True, slots=True)
class CatchAllResult:
    """One judgement: of how many rules, and whether the engine and the naive way were right."""

    rules: int
    is_present: bool
    is_right: bool
    naive_is_right: bool


def judge_catch_alls(
    scored: Sequence[Scored],
    constants: Sequence[Constants],
    rules: Sequence[Rule],
    embedders: Sequence[Embedder],
    knowledge_folds: dict[str, int],
) -> list[CatchAllResult]:
    """Judge one random set a number of rules for each document, a catch-all at its end.

    `constants[i]` are those fitted without fold i of `knowledge_folds`. The naive way lets the
    catch-all compete by its text like any other rule.
    """
    engines = [Engine(embedders, constants[number]) for number in range(FOLDS)]
    types = [rule.type for rule in rules]
    random = np.random.default_rng(11)
    results = []
    for item in scored:
        engine = engines[knowledge_folds[item.item.source]]
        reading = engine.scorer.read(item.item.document)
        right = types.index(item.item.label) if item.item.label in types else None
        for count in _COUNTS:
            present = right is not None and bool(random.random() > _ABSENT)
            drawn = draw_rules(right, len(rules), count, present=present, random=random)
            catch_all = PHRASES[int(random.integers(len(PHRASES)))]
            given = [*(rules[position] for position in drawn), catch_all]
            wanted = item.item.label if present else catch_all.type
            verdict = engine.judge(item.item.document, reading, given)
            assert reading is not None
            naive = given[int(engine.scorer.score(reading, given).rules.argmax())].type
            results.append(CatchAllResult(count, present, verdict.type == wanted, naive == wanted))
    return results
