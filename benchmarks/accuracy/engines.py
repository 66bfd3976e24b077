"""The measured engines, fitted on each corpus without the fold that is scored."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.errors import StartupError
from app.jobs.values import Rule
from app.settings import load_settings
from benchmarks.accuracy.folds import (
    FOLDS,
    Scored,
    fold_constants,
    folds_of,
    score_with,
)
from benchmarks.accuracy.metrics import Sample
from benchmarks.corpus import LoadedCorpus
from worker.classification.embedders.base import Embedder
from worker.classification.embedders.use.numpy_model import UseEmbedder
from worker.classification.fitting.caching_embedder import CachingEmbedder
from worker.classification.fitting.corpus import Corpus
from worker.classification.knowledge.base import Knowledge
from worker.classification.loading import (
    constants_name,
    data_directory,
    load_e5,
    load_embedder,
    load_use,
)
from worker.classification.scoring.constants import Constants

TEXT = "text.jsonl"
"""The name of the text corpus and its rules in tables."""

NAMES = {
    "tfidf": "TF-IDF cosine",
    "use": "USE alone",
    "e5": "e5 alone",
    "fused": "fused: e5 and USE",
    "cascade": "cascade: USE, then both",
    "own": "PIGEONHOLE_EMBEDDER alone",
}
"""The measured engines and their names in tables, the baseline first."""

MODELS = {
    "use": ("use",),
    "e5": ("e5",),
    "fused": ("e5", "use8"),
    "cascade": ("e5", "use8"),
    "own": ("own",),
}
"""The models of each engine, the leading one first."""

CASCADE = "cascade"
"""The engine "fused" with its first stage, as the program uses it by default."""

BUILT_IN = ("use", "e5", "fused", "cascade")
"""The engines that need no setting."""


def report_step(step: str) -> None:
    """Print the current step to stderr, with the CPU seconds used so far."""
    print(f"[{time.process_time():4.0f} s of CPU] {step}", file=sys.stderr, flush=True)


def load_model(name: str) -> Embedder:
    """Load the model "use", "use8" (built), "e5" or "own" (PIGEONHOLE_EMBEDDER)."""
    if name == "use":
        return UseEmbedder()
    if name == "use8":
        return load_use(load_settings().built_models)
    if name == "e5":
        return load_e5(load_settings().built_models)
    return load_embedder(load_settings())


@dataclass(frozen=True, slots=True)
class Fitted:
    """An engine and its constants: `constants[i]` are fitted without the sources of fold i."""

    embedders: Sequence[Embedder]
    knowledge: Knowledge
    constants: Sequence[Constants]
    fold: Mapping[str, int]
    cascade: bool = False

    def score(self, documents: Corpus, rule_sets: dict[str, tuple[Rule, ...]]) -> list[Scored]:
        """Score documents by each set of rules, always with the constants fitted without them.

        The order is the same for every engine: by fold, then as in the corpus.
        """
        scored: list[Scored] = []
        for number in range(FOLDS):
            scored += score_with(
                self.constants[number],
                [item for item in documents.documents if self.fold[item.source] == number],
                rule_sets,
                self.embedders,
                self.knowledge,
                cascade=self.cascade,
            )
        return scored


class Fits:
    """Engines fitted on all corpora of a run together, each with each knowledge once.

    Each model is loaded once and caches every vector.
    """

    def __init__(self, corpora: Sequence[LoadedCorpus]) -> None:
        self._labelled = [corpus.labelled for corpus in corpora]
        self.text = next((corpus.text for corpus in corpora if corpus.text), None)
        self._models: dict[str, CachingEmbedder] = {}
        self._fitted: dict[tuple[str, str], Fitted] = {}

    def fit(self, engine: str, knowledge: Knowledge) -> Fitted:
        """Fit an engine of `MODELS` with this knowledge, once for each fold."""
        if engine == CASCADE:
            return replace(self.fit("fused", knowledge), cascade=True)
        key = (engine, knowledge.digest)
        if key not in self._fitted:
            types = len(knowledge.bank_types)
            report_step(f"fitting {engine} {FOLDS} times, with a bank of {types} types")
            embedders = [self.model(name) for name in MODELS[engine]]
            constants = fold_constants(self._labelled, self.text, embedders, knowledge)
            fold = folds_of(self._labelled, self.text)
            self._fitted[key] = Fitted(embedders, knowledge, constants, fold)
        return self._fitted[key]

    def model(self, name: str) -> CachingEmbedder:
        """Return a model of `load_model`, loaded when it is first asked for."""
        if name not in self._models:
            self._models[name] = CachingEmbedder(load_model(name))
        return self._models[name]


class Fitter:
    """Scores one corpus with engines that are fitted on all corpora of the run."""

    def __init__(self, corpus: LoadedCorpus, fits: Fits | None = None) -> None:
        self.corpus = corpus
        self._fits = fits or Fits([corpus])
        self._scored: dict[tuple[str, str], list[Scored]] = {}

    def fit(self, engine: str, knowledge: Knowledge) -> Fitted:
        """Return an engine fitted with this knowledge, once for each fold."""
        return self._fits.fit(engine, knowledge)

    def score(self, engine: str, knowledge: Knowledge) -> list[Scored]:
        """Score the labelled documents by every rule file."""
        key = (engine, knowledge.digest)
        if key not in self._scored:
            fitted = self.fit(engine, knowledge)
            report_step(f"scoring by {engine}")
            self._scored[key] = fitted.score(self.corpus.labelled, self.corpus.rule_sets)
        return self._scored[key]

    def samples(self, engine: str, knowledge: Knowledge) -> dict[str, Sample]:
        """Return the scored documents that have a text layer, for each rule file."""
        return self.by_file(self.score(engine, knowledge))

    def by_file(self, scored: Sequence[Scored]) -> dict[str, Sample]:
        """Return those of the labelled documents that have a text layer, for each rule file."""
        kept = [item for item in scored if item.item.has_text_layer]
        return {
            name: Sample(kept, name, [rule.type for rule in rules])
            for name, rules in self.corpus.rule_sets.items()
        }

    def text_sample(self, engine: str, knowledge: Knowledge) -> Sample | None:
        """Return the scored documents of the text corpus; None when there is none."""
        text = self.corpus.text
        if text is None:
            return None
        rules = text.rule_sets[0]
        scored = self.fit(engine, knowledge).score(text, {TEXT: rules})
        return Sample(scored, TEXT, [rule.type for rule in rules])

    def score_in_sample(self, engine: str, knowledge: Knowledge) -> list[Scored] | None:
        """Score with the shipped constants, which were fitted on such documents.

        None when none are shipped for the engine, or only those for another program.
        """
        embedders = [self.model(name) for name in MODELS[engine]]
        try:
            with data_directory() as directory:
                shipped = Constants.load(directory / constants_name(embedders))
            shipped.check(embedders, knowledge)
        except StartupError:
            return None
        documents = self.corpus.labelled.documents
        return score_with(shipped, documents, self.corpus.rule_sets, embedders, knowledge)

    def model(self, name: str) -> CachingEmbedder:
        """Return a model of `load_model`, loaded when it is first asked for."""
        return self._fits.model(name)
