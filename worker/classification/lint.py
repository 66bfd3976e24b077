"""Hints for the people who write rules: what makes their rules less reliable, and what to write.

The command `pigeonhole rules lint` prints them; the console shows them as one types.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from app.jobs.values import Rule
from app.lint.values import Hint, HintKind
from worker.classification.engine import Engine
from worker.classification.rules.catch_all import is_named_catch_all
from worker.classification.rules.hints import find_wording_hints
from worker.classification.rules.listed import rows_of_name
from worker.classification.rules.texts import name_of

_AND = re.compile(r"\s*(?:\b(?:and|or|und|oder|et|ou|y|o|e)\b|[/&+])\s*")
_MAX_KINDS = 3


def lint_rules(rules: Sequence[Rule], engine: Engine) -> list[Hint]:
    """Return the hints about at least one rule, by the first rule that each is about.

    Overlaps, catch-alls and rules that mean the same built-in type are found by the engine, so
    that the hints are those of its verdicts. Raises ValueError without rules.
    """
    catch_alls = engine.find_catch_alls(rules)
    competing = [position for position in range(len(rules)) if position not in catch_alls]
    # A catch-all describes no document: its wording does not matter.
    wording = [
        hint
        for hint in find_wording_hints(rules)
        if hint.kind is HintKind.SAME_NAME or hint.rules[0] not in catch_alls
    ]
    hints = [*wording, *_check_catch_alls(rules, catch_alls)]
    if competing:
        overlaps = list(_find_overlaps(rules, competing, engine))
        pairs = {hint.rules for hint in overlaps}
        hints += overlaps
        hints += [
            hint
            for hint in _find_same_types(rules, competing, engine)
            if not _is_told(hint.rules, pairs)
        ]
        hints += _find_two_types(rules, competing, engine)
    order = list(HintKind)
    return sorted(hints, key=lambda hint: (hint.rules, order.index(hint.kind)))


def _find_overlaps(rules: Sequence[Rule], competing: list[int], engine: Engine) -> Iterator[Hint]:
    """Yield the pairs of rules that the reasoning of verdicts calls nearly the same."""
    lead = engine.scorer.lead
    direct = engine.scorer.rules.read_set([rules[row] for row in competing]).targets[0].direct
    near = np.triu(direct @ direct.T >= lead.tuning.overlapping, k=1)
    for first, second in np.argwhere(near):
        pair = (competing[first], competing[second])
        names = " and ".join(f'"{rules[position].type}"' for position in pair)
        yield Hint(
            HintKind.OVERLAP,
            pair,
            f"The rules {names} mean nearly the same. Each lowers the confidence of the other.",
            "Merge them, or say in each description what only its documents have: another issuer, "
            "heading or part.",
        )


def _find_same_types(rules: Sequence[Rule], competing: list[int], engine: Engine) -> Iterator[Hint]:
    """Yield the groups of rules that are understood as the same built-in types."""
    groups: dict[tuple[int, ...], list[int]] = {}
    resolutions = [engine.scorer.rules.read(rules[position]).resolution for position in competing]
    for position, resolution in zip(competing, resolutions, strict=True):
        if resolution.rows:
            groups.setdefault(tuple(sorted(resolution.rows)), []).append(position)
    for rows, group in groups.items():
        if len(group) > 1:
            names = ", ".join(f'"{rules[position].type}"' for position in group)
            known = " or ".join(
                name_of(engine.scorer.knowledge.rules[row]) for row in rows[:_MAX_KINDS]
            )
            yield Hint(
                HintKind.SAME_TYPE,
                tuple(group),
                f'The rules {names} are all understood as "{known}".',
                "Merge them, or begin each description with the kind of document that it is, and "
                "then say what only its documents have.",
            )


def _find_two_types(rules: Sequence[Rule], competing: list[int], engine: Engine) -> Iterator[Hint]:
    """Yield the rules whose name joins the names of two built-in types, as "quotes and orders"."""
    for position in competing:
        name = name_of(rules[position])
        parts = [part.strip() for part in _AND.split(name)]
        if len(parts) < 2 or _find_named(name, engine) or not all(parts):
            continue
        kinds = [_find_named(part, engine) for part in parts]
        if all(kinds) and len({*kinds}) > 1:
            yield Hint(
                HintKind.TWO_TYPES,
                (position,),
                f'The rule "{rules[position].type}" is for two kinds of document. It finds both, '
                "but less surely than a rule for each.",
                "Write one rule for each kind, and treat both types alike afterwards.",
            )


def _find_named(name: str, engine: Engine) -> frozenset[int]:
    """Return the built-in types of this name, which may be in the plural."""
    own = engine.scorer.knowledge.rows.get(name)
    return frozenset(rows_of_name(name, engine.scorer.names) or ([] if own is None else [own]))


def _check_catch_alls(rules: Sequence[Rule], positions: Sequence[int]) -> Iterator[Hint]:
    if not positions:
        return
    first, *others = positions
    name = rules[first].type
    if is_named_catch_all(rules[first]):
        yield Hint(
            HintKind.CATCH_ALL,
            (first,),
            f'The rule "{name}" is the answer when no other rule fits.',
            "Nothing to change if you mean that. Without it the answer is null.",
            is_warning=False,
        )
    else:
        yield Hint(
            HintKind.CATCH_ALL,
            (first,),
            f'The rule "{name}" reads like "any other document". It never competes with the '
            "others: it is the answer when none of them fits.",
            'Name it "other" if you mean that. Otherwise describe what its documents have in '
            "common: issuer, recipient and parts.",
        )
    for position in others:
        yield Hint(
            HintKind.CATCH_ALL,
            (first, position),
            f'The rule "{rules[position].type}" is never an answer: it means "any other document", '
            f'as "{name}" does, and the first such rule gets them all.',
            "Remove it, or describe a kind of document.",
        )


def _is_told(group: tuple[int, ...], pairs: set[tuple[int, ...]]) -> bool:
    """Whether overlaps already name every pair of a group."""
    return all(
        (first, second) in pairs
        for index, first in enumerate(group)
        for second in group[index + 1 :]
    )
