"""What pages compute: rows, plots, comparisons, code."""

import ast
import json
from uuid import UUID, uuid4

from app.console.charts import make_plots
from app.console.pages.compare import Pair, compare_rules, find_moves, make_pairs
from app.console.sdk_code import write_code
from app.console.verdicts import NONE, Row

RULE = {"type": "invoice", "description": "A \"bill\"\n\u2028{with} \\ and 'quotes'."}


def row(
    type_: str | None,
    *,
    state: str = "done",
    confidence: float = 0.9,
    file_id: UUID | None = None,
    label: str | None = None,
) -> Row:
    return Row(uuid4(), file_id or uuid4(), "a.pdf", state, type_, confidence, "", label)


def test_plots_count_types_confidences_and_files_without_a_type() -> None:
    rows = [
        row("invoice", confidence=1.0),
        row("invoice", confidence=0.55),
        row(None, confidence=0.7),
        row(None, state="failed"),
        row(None, state="waiting"),
    ]
    plots = make_plots(rows)

    assert [(bar.name, bar.count) for bar in plots.types] == [
        ("invoice", 2),
        (NONE, 1),
        ("!failed", 1),
    ]
    assert [bar.count for bar in plots.confidences] == [0, 0, 0, 0, 0, 1, 0, 1, 0, 1]
    assert (plots.done, plots.without_type, plots.failed) == (3, 1, 1)
    assert plots.null_share == 1 / 3


def test_many_types_are_summed_up() -> None:
    plots = make_plots([row(f"type {n}") for n in range(30)])

    assert len(plots.types) == 13
    assert plots.types[-1].name == "!other"
    assert plots.types[-1].count == 18


def test_plots_of_nothing_are_empty() -> None:
    assert make_plots([]).null_share == 0


def test_a_comparison_says_what_changed_in_both_directions() -> None:
    ids = [uuid4() for _ in range(6)]
    before = ["invoice", "invoice", None, "letter", "letter", "receipt"]
    after = ["invoice", "receipt", "invoice", None, "letter", "letter"]
    a = [row(type_, file_id=id_) for type_, id_ in zip(before, ids, strict=True)]
    b = [row(type_, file_id=id_) for type_, id_ in zip(after, ids, strict=True)]

    pairs = make_pairs(a, list(reversed(b)))

    assert [pair.change for pair in pairs] == ["same", "other", "gained", "lost", "same", "other"]
    assert {(move.before, move.after) for move in find_moves(pairs)} == {
        ("invoice", "receipt"),
        (NONE, "invoice"),
        ("letter", NONE),
        ("receipt", "letter"),
    }
    assert [pair.change for pair in make_pairs(b, a)].count("gained") == 1


def test_labels_tell_better_from_worse() -> None:
    assert Pair(row(None), row("invoice", label="invoice")).judgement == "better"
    assert Pair(row("invoice"), row(None, label="invoice")).judgement == "worse"
    assert Pair(row("invoice"), row("letter", label="recipe")).judgement == ""
    assert Pair(row("invoice"), row("invoice", label="invoice")).judgement == ""
    assert Pair(row(None, state="waiting"), row("invoice")).change == ""


def test_a_file_that_a_job_has_twice_is_compared_twice() -> None:
    file_id = uuid4()
    twice = [row("invoice", file_id=file_id), row("letter", file_id=file_id)]

    assert [(pair.a.type, pair.b.type) for pair in make_pairs(twice, twice)] == [
        ("invoice", "invoice"),
        ("letter", "letter"),
    ]


def test_rules_that_differ() -> None:
    a = [{"type": "x", "description": "1"}, {"type": "y", "description": "2"}]
    b = [{"type": "y", "description": "3"}, {"type": "z", "description": "4"}]

    changes = {each.type: (each.before, each.after) for each in compare_rules(a, b)}

    assert changes == {"x": ("1", None), "y": ("2", "3"), "z": (None, "4")}


def test_code_has_the_rules_as_they_are() -> None:
    tree = ast.parse(write_code("Python", [RULE]))
    values = [ast.literal_eval(node) for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    (line,) = (
        line for line in write_code("TypeScript", [RULE]).splitlines() if "description: " in line
    )

    assert RULE in values
    literal = line.partition("description: ")[2].removesuffix(" },")
    assert json.loads(literal) == RULE["description"]
