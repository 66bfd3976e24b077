"""The classifier: a pure function of a document, rules, embedders and constants."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.jobs.values import Rule, Verdict
from worker.classification.embedded_document import EmbeddedDocument, NoStore, Store
from worker.classification.embedders.base import Embedder, Vectors
from worker.classification.explanation.collect import Judgement, collect_evidence
from worker.classification.explanation.evidence import Evidence
from worker.classification.explanation.verdict import write_verdict
from worker.classification.knowledge.base import Knowledge, load_knowledge
from worker.classification.learning.copies import decide_copy
from worker.classification.learning.form import SCALES, measure_form
from worker.classification.learning.model import LearnedModel
from worker.classification.learning.observation import Observation, StageObservation
from worker.classification.learning.vectors import FORM_SHARE, stage_vector
from worker.classification.packing import pack_first, pack_later, unpack_first, unpack_later
from worker.classification.scoring.calibration import Calibration, decide, known_share
from worker.classification.scoring.comparison import Comparison
from worker.classification.scoring.constants import Constants
from worker.classification.scoring.examples import (
    EmbeddedExamples,
    ExamplesByType,
    directions_of,
)
from worker.classification.scoring.scorer import Scorer
from worker.classification.scoring.tuning import ENOUGH, Depth
from worker.parsing.document import Document

NO_EXAMPLES: ExamplesByType = {}
# How much of a learned model's version stands in that of a verdict.
_SHOWN_VERSION = 12


@dataclass(frozen=True, slots=True)
class Classification:
    """A verdict, the numbers in its reasoning, and what it depends on besides its document.

    `version` is that of the engine, with that of the learned model if the verdict depends on one.
    """

    verdict: Verdict
    evidence: Evidence
    # Two engines may say the same.
    version: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """A way to decide: what is read of a document, and how sure its calibration must be."""

    depth: Depth
    calibration: Calibration
    enough: float


class Engine:
    """Classifies documents. The same document and rules always give the same verdict.

    `missing` is a sentence about an embedder that could not be loaded, or None; verdicts repeat
    it. `version` is short, such as "2.8f0c41d96b25", and changes whenever verdicts may.

    With `cascade` the cheap first stage decides where it is sure, otherwise the complete comparison
    always does.

    `knowledge` is the program's own unless a benchmark takes types away from it. Raises
    StartupError when `constants` were fitted for other embedders, other knowledge or another
    program. Safe to share between threads.
    """

    def __init__(
        self,
        embedders: Sequence[Embedder],
        constants: Constants,
        missing: str | None = None,
        *,
        cascade: bool = True,
        knowledge: Knowledge | None = None,
    ) -> None:
        knowledge = knowledge or load_knowledge()
        constants.check(embedders, knowledge)
        self.scorer = Scorer(embedders, constants.vectors, constants.lexicon, knowledge)
        self.missing = missing
        stages = [
            Stage(depth, calibration, ENOUGH)
            for depth, calibration in zip(self.scorer.depths, constants.calibrations, strict=True)
        ]
        stages[-1] = replace(stages[-1], enough=0.0)
        self.stages = tuple(stages if cascade else stages[-1:])
        self.version = _version(constants, self.scorer, self.stages)
        self._calibration = constants.calibration

    @property
    def embedder_names(self) -> list[str]:
        """The name and the version of each embedder."""
        return [f"{embedder.name} {embedder.version}" for embedder in self.scorer.embedders]

    def classify(self, document: Document, rules: Sequence[Rule]) -> Classification:
        """Embed a document and judge it; raises ValueError without rules."""
        return self.judge(self.embed(document), rules)

    def embed(self, document: Document, store: Store | None = None) -> EmbeddedDocument:
        """Read and embed a document, as far as every set of rules needs it.

        The rest is embedded when rules need it. What `store` has is not computed again.
        """
        kept: Store = NoStore() if store is None else store

        def compare_later(embedded: EmbeddedDocument, stage: int) -> Comparison:
            comparison = kept.find(self._name(stage), unpack_later)
            if comparison is None:
                earlier = embedded.comparisons.get(stage - 1)
                comparison = self.scorer.compare(embedded.text, self.stages[stage].depth, earlier)
                kept.add(self._name(stage), pack_later(comparison))
            return comparison

        first = kept.find(self._name(0), unpack_first)
        if first is not None:
            text, comparison = first
            return EmbeddedDocument(document, text, compare_later, {0: comparison})
        text = self.scorer.read(document)
        depth = self.stages[0].depth
        if not text.chunks or not self.scorer.can_read(text, depth):
            return EmbeddedDocument(document, text, compare_later, {})
        comparison = self.scorer.compare(text, depth)
        kept.add(self._name(0), pack_first(text, comparison))
        return EmbeddedDocument(document, text, compare_later, {0: comparison})

    def directions(self, document: EmbeddedDocument) -> tuple[Vectors, ...] | None:
        """Return what a document looks like as the example of a rule, None without text."""
        if not document.text.chunks:
            return None
        return directions_of(document.comparison(len(self.stages) - 1), self.scorer.spaces)

    def _name(self, stage: int) -> str:
        """Return the name of a stage in a store; it changes with everything that it depends on."""
        return f"{self.version} {stage}"

    def find_catch_alls(self, rules: Sequence[Rule]) -> tuple[int, ...]:
        """Return the positions of the rules that mean "anything else".

        Raises ValueError without rules.
        """
        if not rules:
            raise ValueError("at least one rule is needed")
        return self.scorer.rules.read_set(rules).catch_alls

    def judge(
        self,
        document: EmbeddedDocument,
        rules: Sequence[Rule],
        examples: ExamplesByType = NO_EXAMPLES,
        warnings: Sequence[str] = (),
        min_confidence: float | None = None,
        learned: LearnedModel | None = None,
    ) -> Classification:
        """Return the type of the first rule that fits best, or null, and why.

        `warnings` are sentences that the reasoning repeats. A type with less than
        `min_confidence` becomes null and keeps its confidence. `learned` was fitted to labels by
        this version of the engine, for these rules unless it counts for copies only. Raises
        ValueError without rules.
        """
        catch_all, candidates = self._divide(rules)
        judgement = None
        if not document.text.chunks:
            # All that is known is how often no rule fitted in the documents of the fitting.
            type_, confidence = catch_all, self._calibration.null_share
        elif not candidates:
            type_, confidence = catch_all, 1.0
        else:
            judgement = self._score(document, candidates, examples, learned)
            type_ = catch_all if judgement.decision.is_null else judgement.best.type
            confidence = judgement.decision.confidence
        evidence = collect_evidence(
            document,
            judgement,
            self.scorer,
            rules=len(rules),
            catch_all=catch_all,
            warnings=warnings,
            missing=self.missing,
        )
        version = self.version
        if learned is not None and judgement is not None and judgement.learned is not None:
            version = f"{version}+{learned.version[:_SHOWN_VERSION]}"
        verdict = write_verdict(evidence, type_, confidence, min_confidence)
        return Classification(verdict, evidence, version)

    def observe(self, document: EmbeddedDocument, rules: Sequence[Rule]) -> Observation | None:
        """Return what learning sees of a document at all stages; None without text or rules.

        `rules` are all those of a job, of which a catch-all does not compete.
        """
        _, candidates = self._divide(rules)
        if not document.text.chunks or not candidates:
            return None
        stages = tuple(
            self._observe_stage(document, candidates, number)
            if self.scorer.can_read(document.text, stage.depth, candidates)
            else None
            for number, stage in enumerate(self.stages)
        )
        verdict = self.judge(document, rules).verdict
        lines = [*(quote.quote for quote in verdict.evidence), *document.text.titles]
        losses = document.document.lost_parts, len(document.document.pages)
        return Observation(
            stages, document.text.tokens, known_share(*losses), lines[0] if lines else ""
        )

    def _divide(self, rules: Sequence[Rule]) -> tuple[str | None, list[Rule]]:
        """Return the type of the first catch-all, if there is one, and the rules that compete.

        Raises ValueError without rules.
        """
        positions = self.find_catch_alls(rules)
        catch_all = rules[positions[0]].type if positions else None
        return catch_all, [rule for place, rule in enumerate(rules) if place not in positions]

    def _observe_stage(
        self, document: EmbeddedDocument, rules: Sequence[Rule], number: int
    ) -> StageObservation:
        comparison = document.comparison(number)
        scores = self.scorer.score(document.text, comparison, rules)
        vector = self._vector(document, number).astype(np.float16)
        return StageObservation(vector, scores.own, scores.panel)

    def _vector(self, document: EmbeddedDocument, number: int) -> Vectors:
        """Return what a document looks like to learning at a stage."""
        comparison, form = document.comparison(number), measure_form(document.document.pages)
        is_last = number == len(self.stages) - 1
        depth = self.stages[number].depth
        return stage_vector(comparison, self.scorer.spaces, depth, form, by_form=is_last)

    def _score(
        self,
        document: EmbeddedDocument,
        rules: Sequence[Rule],
        examples: ExamplesByType,
        model: LearnedModel | None,
    ) -> Judgement:
        """Score a document, stage after stage, until one is sure enough.

        What looks like a copy of a labelled document goes through all stages: the last one tells
        whether it is one.
        """
        by_rule = [examples.get(rule.type) for rule in rules]
        for number, stage in enumerate(self.stages):
            if not self.scorer.can_read(document.text, stage.depth, rules):
                continue
            judgement = self._score_stage(number, document, rules, by_rule, model)
            may_be_copy = judgement.learned is not None and bool(judgement.learned.copies)
            if judgement.decision.cautious >= stage.enough and not may_be_copy:
                break
        return judgement

    def _score_stage(
        self,
        number: int,
        document: EmbeddedDocument,
        rules: Sequence[Rule],
        examples: Sequence[EmbeddedExamples | None],
        model: LearnedModel | None,
    ) -> Judgement:
        """Score a document at one stage; `examples` has an entry for each rule."""
        comparison, calibration = document.comparison(number), self.stages[number].calibration
        scores = self.scorer.score(document.text, comparison, rules, examples)
        decision = decide(scores, calibration)
        learned = without_labels = None
        if model is not None:
            types = [rule.type for rule in rules]
            learned = model.compare(number, self._vector(document, number), types)
        losses = document.document.lost_parts, len(document.document.pages)
        if learned is not None:
            without_labels = decision.with_losses(*losses)
            scores = replace(scores, learned=learned.additions)
            if learned.copy is None:
                decision = decide(scores, calibration)
            else:
                scores, decision = decide_copy(scores, learned.copy.file.type, types, calibration)
        return Judgement(
            document=document,
            comparison=comparison,
            rules=self.scorer.rules.read_set(rules),
            examples=examples,
            scores=scores,
            decision=decision.with_losses(*losses),
            is_early=number < len(self.stages) - 1,
            model=model,
            learned=learned,
            without_labels=without_labels,
        )


def _version(constants: Constants, scorer: Scorer, stages: Sequence[Stage]) -> str:
    """Return the scoring version and a digest of everything that was fitted or tuned.

    The models and the knowledge are in the constants' fingerprint.
    """
    tunings = [space.tuning for space in scorer.spaces]
    steps = [(stage.depth, stage.enough) for stage in stages]
    form = FORM_SHARE, SCALES
    whole = hashlib.sha256(f"{constants.digest()} {tunings} {steps} {form}".encode())
    return f"{constants.fingerprint.scoring}.{whole.hexdigest()[:12]}"
