"""`python -m benchmarks.accuracy.papers`: how well the shipped engine tells near types apart.

The sixty papers in benchmarks/accuracy/papers are invented for this purpose. Nothing is tuned on
them; see the README there.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from rich.console import Console

from app.jobs.values import Rule
from app.settings import load_settings
from benchmarks.accuracy.tables import new_table
from worker.classification.engine import Engine
from worker.classification.loading import limit_blas_threads, load_built_in_engine
from worker.parsing.document import Document, DocumentPage


def main() -> None:
    """Measure and print the table."""
    engine = load_built_in_engine(load_settings().built_models)
    limit_blas_threads()
    place = files("benchmarks.accuracy") / "papers"
    lines = (place / "papers.jsonl").read_text(encoding="utf-8").splitlines()
    papers = [json.loads(line) for line in lines]
    rules = json.loads((place / "rules.json").read_text(encoding="utf-8"))
    table = new_table(
        "Near types: right decisions among nine rules",
        "rules in",
        right=("a heading names the type", "elsewhere or not at all"),
    )
    for style in ("English", "the paper's language"):
        cells = []
        for has_heading in (True, False):
            chosen = [paper for paper in papers if paper["heading"] is has_heading]
            right = sum(
                _is_right(engine, paper, rules["en" if style == "English" else paper["language"]])
                for paper in chosen
            )
            cells.append(f"{right} of {len(chosen)}")
        table.add_row(style, *cells)
    Console(width=120).print(table)


def _is_right(engine: Engine, paper: Mapping[str, Any], rules: list[dict[str, str]]) -> bool:
    """Tell whether the engine gives a paper the rule that means its type."""
    document = Document("txt", (DocumentPage(0, paper["text"]),), 1)
    verdict = engine.classify(
        document, [Rule(rule["type"], rule["description"]) for rule in rules]
    ).verdict
    meaning = {rule["type"]: rule.get("means", rule["type"]) for rule in rules}
    return verdict.type is not None and meaning[verdict.type] == paper["type"]


if __name__ == "__main__":
    main()
