"""A labelled corpus of a few small texts, to fit constants on."""

import json
from pathlib import Path

RULES = [
    {"type": "invoice", "description": "a bill with items, tax and the total amount due"},
    {"type": "recipe", "description": "cooking ingredients and steps"},
    {"type": "contract", "description": "an agreement of parties on rights and law"},
]
_TEXTS = {
    "invoice": "Invoice number {n}. Bill to customer {n}. Item, price, tax. Total amount due: {n}.",
    "recipe": "Recipe {n}. Ingredients: flour, butter, salt. Steps: mix, bake for {n} minutes.",
    "contract": "Agreement {n} by the parties. Clause {n}: rights, law and court. Sign: date.",
}


def write_corpus(directory: Path, each: int = 4) -> Path:
    """Write `each` documents of every type of RULES, each from a different source."""
    directory.mkdir(parents=True, exist_ok=True)
    lines = ["path,label,language,has_text_layer,source_repo"]
    for label, text in _TEXTS.items():
        for number in range(each):
            name = f"{label}-{number}.txt"
            (directory / name).write_text(text.format(n=number), encoding="utf-8")
            lines.append(f"{name},{label},en,yes,source-{label}-{number}")
    (directory / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    (directory / "rules.json").write_text(json.dumps(RULES), encoding="utf-8")
    return directory
