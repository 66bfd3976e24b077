"""Write the page of results of all kinds: `python -m docs.reasoning_page`.

The program judges invented documents; the page shows what it says of each.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.classifier_settings import DEFAULT_MODELS_DIR
from app.jobs.values import Verdict
from docs.reasoning_cases import CASES, Case
from worker.classification.engine import Engine
from worker.classification.explanation.bands import BANDS
from worker.classification.loading import load_built_in_engine
from worker.classification.scoring.examples import EmbeddedExamples, combine_examples
from worker.parsing.document import Document, DocumentPage

PAGE = Path(__file__).parent / "reference" / "reasoning.md"

HEAD = """\
# What the reasoning says

Made by `make reasoning` from the program; all documents are invented.

`reasoning` has three layers. The first line is the verdict: how sure it is, in words and per cent,
and what to do. A second line is there if something lessens the verdict's worth. Then come up to
four reasons, each behind `- `; the last one says what was read. After the line `Details:` come the
numbers. The layers are also
[fields of the result](../how-to/extensions.md#read-the-layers-of-the-reasoning).

Types of your rules and built-in types stand in straight quotation marks, words of the document in
curly ones.

## How sure: the words

The word depends on `confidence` only, rounded down to whole per cent. `make bench-accuracy` prints
for each word how many answers were right on labelled documents.

| confidence | word | what to do |
| --- | --- | --- |
"""

NULL_NOTE = """
From {percent}% on, null reads "None of your rules fits (99%)", without a word before it. Answers
without text have no word: nothing was compared.

## Results of all kinds

"""


def render(engine: Engine) -> str:
    """Return the text of the page."""
    return HEAD + _bands() + NULL_NOTE.format(percent=BANDS[0].low) + "\n".join(_cases(engine))


def judge(engine: Engine, case: Case) -> Verdict:
    """Return the verdict on a case."""
    examples = {type_: _embed(engine, texts) for type_, texts in case.examples.items()}
    embedded = engine.embed(case.document)
    judged = engine.judge(embedded, case.rules, examples, min_confidence=case.min_confidence)
    return judged.verdict


def _bands() -> str:
    high = "100%"
    rows = []
    for band in BANDS:
        action = "nothing" if band.is_sure else "check the document"
        rows.append(f"| {band.low}% to {high} | {band.word} | {action} |")
        high = f"{band.low - 1}%"
    return "\n".join(rows) + "\n"


def _cases(engine: Engine) -> Iterator[str]:
    for number, case in enumerate(CASES, start=1):
        types = ", ".join(f"`{rule.type}`" for rule in case.rules)
        verdict = judge(engine, case)
        yield f"### {number}. {case.title}\n"
        yield f"Rules: {types}. Answer: `{'null' if verdict.type is None else verdict.type}`.\n"
        yield f"```text\n{verdict.reasoning}\n```\n"


def _embed(engine: Engine, texts: Sequence[str]) -> EmbeddedExamples:
    documents = [engine.embed(Document("txt", (DocumentPage(0, text),), 1)) for text in texts]
    found = [engine.directions(document) for document in documents]
    return combine_examples([directions for directions in found if directions is not None])


if __name__ == "__main__":
    PAGE.write_text(render(load_built_in_engine(DEFAULT_MODELS_DIR)), encoding="utf-8")
