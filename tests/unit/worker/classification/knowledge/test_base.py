from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest

from app.jobs.values import Rule
from tests.unit.worker.classification.small_knowledge import KNOWLEDGE, SOURCE, read
from worker.classification.features.headings import fold, is_unspaced, split_words, without_blanks
from worker.classification.knowledge.base import Knowledge, load_knowledge, read_knowledge
from worker.classification.knowledge.format import KnowledgeError
from worker.classification.loading import data_directory


def test_a_type_is_a_rule_with_its_description():
    assert KNOWLEDGE.rules[0] == Rule("bill", "a document that asks for money")
    assert [rule.type for rule in KNOWLEDGE.rules] == [
        "bill",
        "invoice",
        "tax invoice",
        "receipt",
        "contract",
        "tenancy agreement",
        "holiday let",
    ]


def test_abstract_types_are_not_in_the_panel():
    assert "bill" not in [rule.type for rule in KNOWLEDGE.panel]
    assert len(KNOWLEDGE.panel) == len(KNOWLEDGE.rules) - 1
    assert [KNOWLEDGE.rules[row] for row in KNOWLEDGE.panel_rows] == list(KNOWLEDGE.panel)


def test_the_bank_is_the_types_with_samples():
    assert [rule.type for rule in KNOWLEDGE.bank_types] == ["invoice", "receipt"]
    assert KNOWLEDGE.sample_types.tolist() == [0, 0, 1]
    assert [sample.language for sample in KNOWLEDGE.samples] == ["en", "de", "en"]


def test_wordings_belong_to_their_type():
    worded = [(KNOWLEDGE.types[each.row].name, each.text) for each in KNOWLEDGE.wordings]
    assert worded == [("invoice", "what we have to pay"), ("invoice", "accounts payable")]


def test_types_know_those_above_and_below_them():
    rows = KNOWLEDGE.rows
    contract, tenancy, let = (rows[n] for n in ("contract", "tenancy agreement", "holiday let"))
    assert KNOWLEDGE.above[let] == {tenancy: 1, contract: 2}
    assert KNOWLEDGE.below[contract] == {contract: 0, tenancy: 1, let: 2}
    assert KNOWLEDGE.is_above(contract, let)
    assert not KNOWLEDGE.is_above(let, contract)
    assert not KNOWLEDGE.is_above(contract, contract)


def test_steps_lead_down_to_the_panel_only():
    panel = [rule.type for rule in KNOWLEDGE.panel]
    steps = KNOWLEDGE.steps[KNOWLEDGE.rows["bill"]]
    found = {panel[column]: steps[column] for column in np.flatnonzero(np.isfinite(steps))}
    assert found == {"invoice": 1, "tax invoice": 2}


def test_knowledge_without_the_samples_of_a_type_is_another_one():
    without = KNOWLEDGE.without_samples({"invoice"})
    assert [rule.type for rule in without.bank_types] == ["receipt"]
    assert without.rules == KNOWLEDGE.rules
    assert without.digest != KNOWLEDGE.digest


def test_knowledge_is_the_same_after_compiling():
    again = Knowledge.from_json(KNOWLEDGE.to_json())
    assert (again.types, again.samples, again.wordings) == (
        KNOWLEDGE.types,
        KNOWLEDGE.samples,
        KNOWLEDGE.wordings,
    )
    assert (again.names, again.phrases) == (KNOWLEDGE.names, KNOWLEDGE.phrases)
    assert again.digest == KNOWLEDGE.digest
    assert again.without_samples({"invoice"}).digest == (
        KNOWLEDGE.without_samples({"invoice"}).digest
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a proof that money was paid", "a proof of payment"),
        ("Bread 2.10", "Bread 2.20"),
        ("rechnung", "faktura"),
        ("parents: contract", "parents: bill"),
    ],
    ids=["description", "sample", "name", "parent"],
)
def test_any_change_is_another_digest(old: str, new: str):
    assert read(SOURCE.replace(old, new, 1)).digest != KNOWLEDGE.digest


def test_faulty_types_are_refused():
    with pytest.raises(KnowledgeError, match="unknown parent 'bill'"):
        read("type: invoice\nparents: bill\ndescription: a bill\n")


# The shipped knowledge.


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    return load_knowledge()


def test_the_compiled_knowledge_is_that_of_the_source():
    with data_directory() as directory:
        compiled = (directory / "knowledge.json").read_text(encoding="utf-8")
    # Not compared by `assert` alone, which would describe the difference of megabytes.
    is_same = read_knowledge().to_json() == compiled
    assert is_same, "run `pigeonhole models fit`"


def test_every_type_is_described_by_itself(shipped: Knowledge):
    assert all(each.description for each in shipped.types)
    assert len({each.description for each in shipped.types}) == len(shipped.types)


def test_no_type_is_an_orphan(shipped: Knowledge):
    named = {
        int(meaning.rstrip("=~^+"))
        for meanings in shipped.names.values()
        for meaning in meanings.split()
        if meaning != "-"
    }
    assert named <= set(range(len(shipped.types)))
    known = named | set(shipped.bank_rows)
    orphans = [
        each.name
        for row, each in enumerate(shipped.types)
        if row not in known and len(shipped.below[row]) == 1
    ]
    assert orphans == []


def test_abstract_types_group_others(shipped: Knowledge):
    groups = [row for row, each in enumerate(shipped.types) if each.is_abstract]
    assert groups
    assert all(len(shipped.below[row]) > 1 for row in groups)


def shingles(text: str) -> frozenset[str]:
    """Return the runs of 5 words; of 8 characters where blanks divide no words."""
    folded = fold(text)
    if is_unspaced(folded):
        letters = without_blanks(folded)
        return frozenset(letters[start : start + 8] for start in range(max(1, len(letters) - 7)))
    words = split_words(folded)
    return frozenset(" ".join(words[start : start + 5]) for start in range(max(1, len(words) - 4)))


def near_copies(texts: list[str]) -> list[tuple[str, str]]:
    """Return the pairs of texts that share more than half of all their shingles (Jaccard)."""
    parts = [shingles(text) for text in texts]
    having = defaultdict(list)
    for number, part in enumerate(parts):
        for shingle in part:
            having[shingle].append(number)
    pairs = {pair for numbers in having.values() for pair in combinations(numbers, 2)}
    return [
        (texts[a], texts[b])
        for a, b in sorted(pairs)
        if len(parts[a] & parts[b]) > 0.5 * len(parts[a] | parts[b])
    ]


@pytest.mark.parametrize(
    ("first", "second", "is_copy"),
    [
        ("One two three four five six seven eight", "one TWO three four five six seven nine", True),
        ("One two three four five six seven eight", "one two three four and six seven nine", False),
        ("請求書番号一二三四五六七八九十", "請求書 番号 一二三四五六七八九", True),
        ("請求書番号一二三四五六七八九十", "領収書番号一二三十", False),
    ],
)
def test_near_copies_are_recognised(first: str, second: str, is_copy: bool):
    assert bool(near_copies([first, second])) == is_copy


def test_no_two_samples_are_near_copies(shipped: Knowledge):
    assert near_copies([sample.text for sample in shipped.samples]) == []
