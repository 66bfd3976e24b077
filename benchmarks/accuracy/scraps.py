"""Texts of 1 to 20 tokens, cut from documents: confidence must follow what can be known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rich.table import Table

from benchmarks.accuracy import metrics
from benchmarks.accuracy.engines import CASCADE, Fitter
from benchmarks.accuracy.metrics import Sample
from benchmarks.accuracy.tables import new_table, rate
from worker.classification.fitting.corpus import Corpus, LabelledDocument
from worker.classification.fitting.scraps import first_tokens
from worker.classification.knowledge.base import load_knowledge

COUNT = 60
_MAX_TOKENS = 20
_LANGUAGES = 5
_SEED = 41
_SURE = 0.8


def scraps_table(fitter: Fitter) -> Table:
    """Show how sure the engine is of cut texts, and how often it is right when it is."""
    labelled = fitter.corpus.labelled
    name, rules = next(iter(fitter.corpus.rule_sets.items()))
    cut = Corpus(cut_texts(labelled.documents), labelled.rule_sets)
    scored = fitter.fit(CASCADE, load_knowledge()).score(cut, {name: rules})
    made = metrics.verdicts(Sample(scored, name, [rule.type for rule in rules]))
    share, right = metrics.above(made, _SURE)
    table = new_table(
        f"Texts of 1 to {_MAX_TOKENS} tokens, all rules",
        "texts",
        right=("decisions right", "at .8 or more", "of these right", "ECE"),
    )
    table.add_row(
        str(len(made)),
        rate(metrics.share_right(made)),
        str(round(share * len(made))),
        rate(right),
        rate(metrics.calibration_error(made)),
    )
    return table


def cut_texts(documents: Sequence[LabelledDocument]) -> tuple[LabelledDocument, ...]:
    """Return the beginnings of 60 documents in the five most frequent languages."""
    random = np.random.default_rng(_SEED)
    languages = [item.language for item in documents]
    frequent = sorted(set(languages), key=lambda each: (-languages.count(each), each))[:_LANGUAGES]
    chosen = []
    for position in random.permutation(len(documents)):
        item = documents[int(position)]
        pages = [page for page in item.document.pages if page.text.strip()]
        if item.language in frequent and pages:
            text = first_tokens(pages[0].text.strip(), int(random.integers(1, _MAX_TOKENS + 1)))
            page = replace(pages[0], text=text, headings=())
            chosen.append(replace(item, document=replace(item.document, pages=(page,))))
            if len(chosen) == COUNT:
                break
    return tuple(chosen)
