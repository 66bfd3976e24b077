"""The classifier: a pure function of a document, rules, embedders and constants."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from worker.classification.embedders.base import Embedder
from worker.classification.explanation.collect import bare_evidence, full_evidence
from worker.classification.explanation.reasoning import write_reasoning
from worker.classification.rules.catch_all import find_catch_alls
from worker.classification.rules.rule import Rule
from worker.classification.scoring.calibration import decide
from worker.classification.scoring.constants import Constants
from worker.classification.scoring.examples import ByType
from worker.classification.scoring.knowledge import load_knowledge
from worker.classification.scoring.scorer import Reading, Scorer
from worker.classification.verdict import Verdict
from worker.parsing.document import Document

NO_EXAMPLES: ByType = {}


class Engine:
    """Classifies documents. The same document and rules always give the same verdict.

    `missing` says, as a sentence, which embedder there should be too; verdicts repeat it.
    `version` is short, such as "2.8f0c41d96b25", and changes whenever verdicts may.

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

    def classify(self, document: Document, rules: Sequence[Rule]) -> Verdict:
        """Return the type of the first rule that fits best, or null, and why.

        Raises ValueError without rules.
        """
        return self.judge(document, self.scorer.read(document), rules)

    def catch_alls(self, rules: Sequence[Rule]) -> tuple[int, ...]:
        """Return the positions of the rules that stand for "anything else"."""
        if not rules:
            raise ValueError("at least one rule is needed")
        lead = self.scorer.lead
        nearness = self.scorer.targets(rules)[0].direct @ lead.space.catch_alls.T
        return find_catch_alls(
            rules, nearness.max(axis=1).astype(np.float32), lead.tuning.catch_all
        )

    def judge(
        self,
        document: Document,
        reading: Reading | None,
        rules: Sequence[Rule],
        examples: ByType = NO_EXAMPLES,
        warnings: Sequence[str] = (),
    ) -> Verdict:
        """Return the verdict for a document that `scorer.read` has read, perhaps earlier.

        `warnings` are sentences that the reasoning shall repeat.
        """
        found = self.catch_alls(rules)
        catch_all = rules[found[0]].type if found else None
        candidates = [rule for position, rule in enumerate(rules) if position not in found]
        evidence = bare_evidence(
            document,
            rules,
            catch_all,
            len(self.scorer.knowledge.panel),
            len(reading.chunks) if reading else 0,
            self.missing,
        )
        evidence = replace(evidence, warnings=(*evidence.warnings, *warnings))
        if reading is None:
            # Nothing is known about the document but how often no rule fitted in the fitting.
            confidence = self._calibration.null_share
            return Verdict(catch_all, confidence, write_reasoning(evidence, catch_all), evidence)
        if not candidates:
            return Verdict(catch_all, 1.0, write_reasoning(evidence, catch_all), evidence)
        scores = self.scorer.score(
            reading, candidates, [examples.get(rule.type) for rule in candidates]
        )
        decision = decide(scores, self._calibration)
        evidence = full_evidence(
            evidence, reading, candidates, scores, decision, self._calibration, self.scorer
        )
        if shown := examples.get(evidence.ranking[0].type):
            evidence = replace(evidence, examples=shown.count)
        chosen = catch_all if decision.is_null else evidence.ranking[0].type
        return Verdict(chosen, decision.confidence, write_reasoning(evidence, chosen), evidence)


def _version(constants: Constants, scorer: Scorer) -> str:
    """Return the scoring version and a digest of all that was fitted or tuned.

    The models and the knowledge are in the constants' fingerprint.
    """
    tunings = [view.tuning for view in scorer.views]
    whole = hashlib.sha256(f"{constants.digest()} {tunings}".encode())
    return f"{constants.fingerprint.scoring}.{whole.hexdigest()[:12]}"
