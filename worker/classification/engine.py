"""The classifier: a pure function of a document, rules, embedders and constants."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.jobs.values import Rule, Verdict
from worker.classification.embedders.base import Embedder
from worker.classification.embedders.passage_cache import PassageVectors, fresh_vectors
from worker.classification.explanation.collect import Judgement, collect_evidence
from worker.classification.explanation.evidence import Evidence, ScoringEvidence
from worker.classification.explanation.verdict import write_verdict
from worker.classification.knowledge.base import load_knowledge
from worker.classification.rules.catch_all import find_catch_alls
from worker.classification.scoring.calibration import decide
from worker.classification.scoring.constants import Constants
from worker.classification.scoring.embedded_document import EmbeddedDocument
from worker.classification.scoring.examples import ExamplesByType
from worker.classification.scoring.scorer import Scorer
from worker.parsing.document import Document, TextSource

NO_EXAMPLES: ExamplesByType = {}


@dataclass(frozen=True, slots=True)
class Classification:
    """A verdict and the numbers in its reasoning."""

    verdict: Verdict
    evidence: Evidence


class Engine:
    """Classifies documents. The same document and rules always give the same verdict.

    `missing` is a sentence about an embedder that could not be loaded, or None; verdicts repeat
    it. `version` is short, such as "2.8f0c41d96b25", and changes whenever verdicts may.

    Raises StartupError when `constants` were fitted for other embedders or another program.
    Safe to share between threads.
    """

    def __init__(
        self, embedders: Sequence[Embedder], constants: Constants, missing: str | None = None
    ) -> None:
        knowledge = load_knowledge()
        constants.check(embedders, knowledge)
        self.scorer = Scorer(embedders, constants.vectors, constants.lexicon, knowledge)
        self.missing = missing
        self.version = _version(constants, self.scorer)
        self._calibration = constants.calibration

    @property
    def embedder_names(self) -> list[str]:
        """The name and the version of each embedder."""
        return [f"{embedder.name} {embedder.version}" for embedder in self.scorer.embedders]

    def classify(self, document: Document, rules: Sequence[Rule]) -> Classification:
        """Embed a document and judge it; raises ValueError without rules."""
        return self.judge(self.embed(document), rules)

    def embed(
        self, document: Document, passage_vectors: PassageVectors = fresh_vectors
    ) -> EmbeddedDocument:
        """Embed a document: the expensive part, independent of any rules."""
        return self.scorer.embed(document, passage_vectors)

    def find_catch_alls(self, rules: Sequence[Rule]) -> tuple[int, ...]:
        """Return the positions of the rules that mean "anything else".

        Raises ValueError without rules.
        """
        if not rules:
            raise ValueError("at least one rule is needed")
        lead = self.scorer.lead
        nearness = self.scorer.targets(rules)[0].direct @ lead.catch_alls.T
        return find_catch_alls(
            rules, nearness.max(axis=1).astype(np.float32), lead.tuning.catch_all
        )

    def judge(
        self,
        document: EmbeddedDocument,
        rules: Sequence[Rule],
        examples: ExamplesByType = NO_EXAMPLES,
        warnings: Sequence[str] = (),
        min_confidence: float | None = None,
    ) -> Classification:
        """Return the type of the first rule that fits best, or null, and why.

        `warnings` are sentences that the reasoning repeats. A type with less than
        `min_confidence` becomes null and keeps its confidence. Raises ValueError without rules.
        """
        positions = self.find_catch_alls(rules)
        catch_all = rules[positions[0]].type if positions else None
        candidates = [rule for position, rule in enumerate(rules) if position not in positions]
        scoring = None
        if not document.chunks:
            # All that is known is how often no rule fitted in the documents of the fitting.
            type_, confidence = catch_all, self._calibration.null_share
        elif not candidates:
            type_, confidence = catch_all, 1.0
        else:
            judgement = self._score(document, candidates, examples)
            scoring = collect_evidence(judgement, self.scorer)
            confidence = judgement.decision.confidence
            type_ = catch_all if judgement.decision.is_null else scoring.ranking[0].type
        evidence = self._evidence(document, len(rules), catch_all, warnings, scoring)
        return Classification(write_verdict(evidence, type_, confidence, min_confidence), evidence)

    def _score(
        self, document: EmbeddedDocument, rules: Sequence[Rule], examples: ExamplesByType
    ) -> Judgement:
        by_rule = [examples.get(rule.type) for rule in rules]
        scores = self.scorer.score(document, rules, by_rule)
        decision = decide(scores, self._calibration).with_losses(
            document.document.lost_parts, len(document.document.pages)
        )
        return Judgement(document, rules, by_rule, scores, decision)

    def _evidence(
        self,
        embedded: EmbeddedDocument,
        rules: int,
        catch_all: str | None,
        warnings: Sequence[str],
        scoring: ScoringEvidence | None,
    ) -> Evidence:
        document = embedded.document
        return Evidence(
            pages_read=len(document.pages),
            total_pages=document.total_pages,
            is_from_start=all(page.index == row for row, page in enumerate(document.pages)),
            lost_parts=document.lost_parts,
            form_fields=document.form_fields,
            pages_by_ocr=sum(page.source is TextSource.OCR for page in document.pages),
            characters=embedded.characters,
            chunks=len(embedded.chunks),
            rules=rules,
            panel_types=len(self.scorer.knowledge.panel),
            catch_all=catch_all,
            warnings=(*document.warnings, *warnings),
            missing=self.missing,
            scoring=scoring,
        )


def _version(constants: Constants, scorer: Scorer) -> str:
    """Return the scoring version and a digest of everything that was fitted or tuned.

    The models and the knowledge are in the constants' fingerprint.
    """
    tunings = [space.tuning for space in scorer.spaces]
    whole = hashlib.sha256(f"{constants.digest()} {tunings}".encode())
    return f"{constants.fingerprint.scoring}.{whole.hexdigest()[:12]}"
