"""The order in which files are labelled."""

import random
from collections import Counter

from app.learning.triage import Candidate, order_candidates


def group_of(type_: str | None, count: int, confidence: float = 0.6) -> list[Candidate]:
    return [Candidate(f"{type_}-{number}", type_, confidence) for number in range(count)]


def test_the_verdict_between_two_types_comes_first() -> None:
    guess = Candidate("guess", "invoice", 0.48, 0.46)
    sure = Candidate("sure", "invoice", 0.98, 0.01)
    unlike = Candidate("unlike", "invoice", 0.4, 0.1)

    assert order_candidates([sure, unlike, guess]) == [guess, unlike, sure]


def test_types_take_turns() -> None:
    ordered = order_candidates(
        [*group_of("invoice", 5), *group_of("receipt", 5), *group_of(None, 5)]
    )

    assert Counter(each.type for each in ordered[:3]) == {"invoice": 1, "receipt": 1, None: 1}
    assert Counter(each.type for each in ordered[:9]) == {"invoice": 3, "receipt": 3, None: 3}


def test_a_large_type_gets_more_labels_but_not_all() -> None:
    ordered = order_candidates([*group_of("invoice", 100), *group_of("receipt", 4)])

    first = Counter(each.type for each in ordered[:12])
    assert first == {"invoice": 10, "receipt": 2}


def test_a_type_with_labels_waits() -> None:
    candidates = [*group_of("invoice", 5), *group_of("receipt", 5)]

    ordered = order_candidates(candidates, {"invoice": 3, "poem": 7})

    assert [each.type for each in ordered[:4]] == ["receipt", "receipt", "receipt", "invoice"]


def test_copies_of_a_document_come_at_the_end() -> None:
    copies = [Candidate(f"copy-{number}", "invoice", 0.2, group="a") for number in range(3)]
    other = Candidate("other", "invoice", 0.9, group="b")

    ordered = order_candidates([*copies, other])

    assert [each.id for each in ordered] == ["copy-0", "other", "copy-1", "copy-2"]
    ordered = order_candidates([*copies, other], labelled_groups=["a"])
    assert [each.id for each in ordered] == ["other", "copy-0", "copy-1", "copy-2"]


def test_certain_types_take_turns_too() -> None:
    ordered = order_candidates([*group_of("invoice", 3, 1.0), *group_of("receipt", 3, 1.0)])

    assert {each.type for each in ordered[:2]} == {"invoice", "receipt"}


def test_the_order_does_not_depend_on_that_of_the_candidates() -> None:
    chance = random.Random(5)
    candidates = [
        Candidate(
            str(number),
            chance.choice(["invoice", "receipt", None]),
            chance.choice([0.3, 0.5, 0.9]),
            group=chance.choice([None, "a", "b"]),
        )
        for number in range(60)
    ]
    shuffled = chance.sample(candidates, len(candidates))

    ordered = order_candidates(candidates)

    assert order_candidates(shuffled) == ordered
    assert sorted(ordered, key=candidates.index) == candidates


def test_nothing_to_label() -> None:
    assert order_candidates([]) == []
