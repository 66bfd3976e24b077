"""Collecting the evidence for a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.jobs.values import Quote, Rule
from worker.classification.explanation.evidence import (
    Alternative,
    ChannelScore,
    CueFound,
    Influence,
    Overlap,
    OwnName,
    RankedRule,
    ScoringEvidence,
    Understood,
)
from worker.classification.explanation.quote import choose_quote
from worker.classification.features.scripts import unseen_script
from worker.classification.rules.texts import lexical_text
from worker.classification.scoring import lexical
from worker.classification.scoring.calibration import FEATURES, Decision
from worker.classification.scoring.cues import CUES
from worker.classification.scoring.embedded_document import EmbeddedDocument
from worker.classification.scoring.examples import EmbeddedExamples
from worker.classification.scoring.scorer import Scorer
from worker.classification.scoring.scores import Scores
from worker.classification.scoring.space import Targets

_LITTLE_TEXT = 200
_INFLUENCES = 2
_SHOWN_STRENGTH = 0.3


@dataclass(frozen=True, slots=True)
class Judgement:
    """The rules that competed for a document, their examples and scores, and the decision.

    `rules` and `examples` have one entry for each rule, in the order of the scores.
    """

    document: EmbeddedDocument
    rules: Sequence[Rule]
    examples: Sequence[EmbeddedExamples | None]
    scores: Scores
    decision: Decision

    @property
    def order(self) -> list[int]:
        """The positions of the rules, best first."""
        return [int(position) for position in np.argsort(-self.scores.rules, kind="stable")]


def collect_evidence(judgement: Judgement, scorer: Scorer) -> ScoringEvidence:
    """Return all the numbers behind a decision."""
    scores, decision = judgement.scores, judgement.decision
    top = judgement.order[0]
    examples = judgement.examples[top]
    targets = scorer.targets(judgement.rules)
    alternative, better = _alternatives(scores, scorer, top)
    return ScoringEvidence(
        ranking=tuple(_ranked_rule(judgement, scorer, position) for position in judgement.order),
        # Nothing speaks for a rule that was rejected, and the lines of a quote cost time.
        quote=None if decision.is_null else _quote(judgement, scorer, targets),
        shared_words=()
        if decision.is_null
        else scorer.lexical.shared_words(
            judgement.document.text, lexical_text(judgement.rules[top])
        ),
        cues=tuple(
            CueFound(CUES[cue].observation, float(bonus))
            for cue, bonus in zip(scores.cues, scores.bonuses[:, top], strict=True)
        ),
        own_name=_own_name(judgement, scorer, top),
        understood=_understood(scores, scorer, judgement.rules[top]),
        alternative=alternative,
        better_alternatives=better,
        is_null=decision.is_null,
        match_probability=decision.match_probability,
        overlap_probability=decision.overlap_probability,
        null_probability=decision.null_probability,
        influences=_influences(decision),
        overlaps=_overlaps(scores, judgement.rules),
        examples=0 if examples is None else examples.count,
        warnings=tuple(_warnings(judgement.document, scorer)),
    )


def _quote(judgement: Judgement, scorer: Scorer, targets: Sequence[Targets]) -> Quote | None:
    # The last space that knows the script: the others cost more for each line.
    vectors = judgement.document.vectors
    quoting = max(number for number, each in enumerate(vectors) if each.trust > 0)
    direct, order = targets[quoting].direct, judgement.order
    return choose_quote(
        judgement.document,
        vectors[quoting],
        scorer.spaces[quoting],
        direct[order[0]] if len(order) == 1 else direct[order[0]] - direct[order[1]],
    )


def _ranked_rule(judgement: Judgement, scorer: Scorer, position: int) -> RankedRule:
    scores = judgement.scores
    resolution = scorer.resolutions([judgement.rules[position]])[0]
    return RankedRule(
        type=judgement.rules[position].type,
        score=float(scores.rules[position]),
        channels=tuple(
            ChannelScore(name, float(channel.scores[position]), float(channel.weights[position]))
            for name, channel in scores.channels.items()
        ),
        lexical=float(scores.lexical[position]) * lexical.WEIGHT,
        bonus=float(scores.bonuses[:, position].sum()),
        named=float(scores.named[position]),
        lifted=float(scores.rules[position] - scores.own[position]),
        excluded=float(scores.excluded[position]),
        understood_as=tuple(scorer.knowledge.types[row].name for row in resolution.rows),
    )


def _alternatives(scores: Scores, scorer: Scorer, top: int) -> tuple[Alternative | None, int]:
    uncovered = scores.uncovered()
    if not uncovered:
        return None, 0
    best = max(uncovered, key=lambda position: float(scores.panel[position]))
    better = sum(scores.panel[position] > scores.rules[top] for position in uncovered)
    name = scorer.knowledge.panel[best].type
    return Alternative(name, float(scores.panel[best])), int(better)


def _own_name(judgement: Judgement, scorer: Scorer, top: int) -> OwnName | None:
    rule, document = judgement.rules[top], judgement.document
    known = scorer.best_name(rule, document)
    own = scorer.own_name(rule, document)
    bonus = float(judgement.scores.named[top])
    if own is not None and (known is None or own.strength >= known.strength):
        return OwnName(own.line, rule.type, own.strength, bonus)
    if known is None or known.strength < _SHOWN_STRENGTH:
        return None
    return OwnName(known.line, scorer.knowledge.types[known.row].name, known.strength, bonus)


def _understood(scores: Scores, scorer: Scorer, rule: Rule) -> Understood:
    resolution = scorer.resolutions([rule])[0]
    kinds = np.flatnonzero((resolution.steps > 0) & np.isfinite(resolution.steps))
    ordered = kinds[np.argsort(-scores.panel[kinds], kind="stable")]
    panel = scorer.knowledge.panel
    meant = np.isfinite(resolution.steps)
    return Understood(
        tuple(scorer.knowledge.types[row].name for row in resolution.rows),
        tuple(panel[column].type for column in ordered),
        panel[int(np.where(meant, scores.panel, -np.inf).argmax())].type if meant.any() else None,
    )


def _influences(decision: Decision) -> tuple[Influence, ...]:
    """Return the two features that raised the outcome most and the two that lowered it most."""
    contributions = decision.contributions
    ordered = sorted(range(len(FEATURES)), key=lambda position: contributions[position])
    lowered = [position for position in ordered[:_INFLUENCES] if contributions[position] < 0]
    raised = [position for position in ordered[::-1][:_INFLUENCES] if contributions[position] > 0]
    return tuple(
        Influence(FEATURES[position], decision.features[position], contributions[position])
        for position in (*raised, *lowered)
    )


def _overlaps(scores: Scores, rules: Sequence[Rule]) -> tuple[Overlap, ...]:
    """Return the pairs of rules that mean nearly the same, nearest first."""
    pairs = np.argwhere(np.triu(scores.overlapping, k=1))
    found = [Overlap(rules[a].type, rules[b].type, float(scores.overlaps[a, b])) for a, b in pairs]
    return tuple(sorted(found, key=lambda overlap: -overlap.similarity))


def _warnings(document: EmbeddedDocument, scorer: Scorer) -> list[str]:
    """Return what lessens the worth of a verdict, whatever the rules are."""
    warnings = []
    if document.characters < _LITTLE_TEXT:
        count = f"{document.characters} character{'' if document.characters == 1 else 's'}"
        warnings.append(f"there is little text to go by, only {count}.")
    script = unseen_script(document.text, scorer.lead.tuning.scripts)
    if script is not None:
        warnings.append(
            f"the text is mostly in {script.title()} script, which the model was not trained on."
        )
    return warnings
