"""Collecting the evidence for a verdict."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from worker.classification.explanation.evidence import (
    Alternative,
    ChannelScore,
    CueFound,
    Evidence,
    Influence,
    KnownType,
    Overlap,
    RankedRule,
)
from worker.classification.explanation.quote import choose_quote
from worker.classification.features.scripts import unseen_script
from worker.classification.features.text import is_readable
from worker.classification.rules.rule import Rule, lexical_text
from worker.classification.scoring import lexical
from worker.classification.scoring.calibration import FEATURES, Calibration, Decision
from worker.classification.scoring.cues import CUES
from worker.classification.scoring.scorer import Reading, Scorer
from worker.classification.scoring.scores import Scores
from worker.parsing.document import Document, TextSource

_LITTLE_TEXT = 200
_INFLUENCES = 2
_SHOWN_OVERLAPS = 3


def bare_evidence(
    document: Document,
    rules: Sequence[Rule],
    catch_all: str | None,
    panel_types: int,
    chunks: int,
    missing: str | None,
) -> Evidence:
    """Return the evidence when nothing was scored: no text, or no rule but the catch-all."""
    characters = sum(len(page.text) for page in document.pages if is_readable(page.text))
    return Evidence(
        pages_read=len(document.pages),
        total_pages=document.total_pages,
        pages_by_ocr=sum(page.source is TextSource.OCR for page in document.pages),
        characters=characters,
        chunks=chunks,
        rules=len(rules),
        panel_types=panel_types,
        catch_all=catch_all,
        warnings=document.warnings if missing is None else (*document.warnings, missing),
    )


def full_evidence(
    bare: Evidence,
    reading: Reading,
    candidates: Sequence[Rule],
    scores: Scores,
    decision: Decision,
    calibration: Calibration,
    scorer: Scorer,
) -> Evidence:
    """Return all the numbers behind `decision`, of which `bare` holds the first."""
    order = [int(position) for position in np.argsort(-scores.rules, kind="stable")]
    top = order[0]
    targets = scorer.targets(candidates)
    # The last view that knows the script: the others cost more for each line.
    quoting = max(number for number, seen in enumerate(reading.seen) if seen.trust > 0)
    overlaps = _overlaps(scores, candidates)
    alternative, better = _alternatives(scores, scorer, top)
    model = calibration.null if decision.is_null else calibration.match
    return replace(
        bare,
        ranking=tuple(_ranked(scores, candidates, position) for position in order),
        quote=choose_quote(
            reading,
            reading.seen[quoting],
            scorer.views[quoting],
            targets[quoting].direct[top],
            targets[quoting].direct[order[1]] if len(order) > 1 else None,
        ),
        shared_words=scorer.lexical.shared_words(reading.text, lexical_text(candidates[top])),
        cues=tuple(
            CueFound(CUES[cue].observation, float(bonus))
            for cue, bonus in zip(scores.cues, scores.bonuses[:, top], strict=True)
            if bonus > 0
        ),
        known_type=_known_type(scorer, targets[0].direct[top]),
        alternative=alternative,
        better_alternatives=better,
        match_probability=decision.match_probability,
        twins_probability=decision.twins_probability,
        null_probability=decision.null_probability,
        influences=_influences(model.contributions(np.array(decision.features)), decision),
        overlaps=overlaps,
        warnings=(*bare.warnings, *_warnings(reading, overlaps, scorer)),
    )


def _ranked(scores: Scores, candidates: Sequence[Rule], position: int) -> RankedRule:
    return RankedRule(
        type=candidates[position].type,
        score=float(scores.rules[position]),
        channels=tuple(
            ChannelScore(name, float(channel.scores[position]), float(channel.weights[position]))
            for name, channel in scores.channels.items()
        ),
        lexical=float(scores.lexical[position]) * lexical.WEIGHT,
        bonus=float(scores.bonuses[:, position].sum()),
        excluded=float(scores.excluded[position]),
    )


def _alternatives(scores: Scores, scorer: Scorer, top: int) -> tuple[Alternative | None, int]:
    unexplained = scores.unexplained()
    if not unexplained:
        return None, 0
    best = max(unexplained, key=lambda position: float(scores.panel[position]))
    better = sum(scores.panel[position] > scores.rules[top] for position in unexplained)
    name = scorer.knowledge.panel[best].type
    return Alternative(name, float(scores.panel[best])), int(better)


def _known_type(scorer: Scorer, direct: np.typing.NDArray[np.float32]) -> KnownType | None:
    nearness = scorer.lead.space.bank_types @ direct
    best = int(nearness.argmax())
    if nearness[best] < scorer.lead.tuning.known:
        return None
    return KnownType(scorer.knowledge.bank_types[best].type, float(nearness[best]))


def _influences(contributions: Sequence[float], decision: Decision) -> tuple[Influence, ...]:
    """Return the two features that raised and the two that lowered the outcome most."""
    ordered = sorted(range(len(FEATURES)), key=lambda position: contributions[position])
    lowered = [position for position in ordered[:_INFLUENCES] if contributions[position] < 0]
    raised = [position for position in ordered[::-1][:_INFLUENCES] if contributions[position] > 0]
    return tuple(
        Influence(FEATURES[position], decision.features[position], contributions[position])
        for position in (*raised, *lowered)
    )


def _overlaps(scores: Scores, candidates: Sequence[Rule]) -> tuple[Overlap, ...]:
    """Return pairs of rules that are hard to tell apart, nearest first."""
    pairs = np.argwhere(np.triu(scores.overlaps, k=1) >= scores.overlapping)
    found = [
        Overlap(candidates[a].type, candidates[b].type, float(scores.overlaps[a, b]))
        for a, b in pairs
    ]
    return tuple(sorted(found, key=lambda overlap: -overlap.similarity))


def _warnings(reading: Reading, overlaps: Sequence[Overlap], scorer: Scorer) -> list[str]:
    warnings = []
    if reading.characters < _LITTLE_TEXT:
        warnings.append(f"there is little text, only {reading.characters} characters.")
    warnings += [
        f'the rules "{overlap.first}" and "{overlap.second}" overlap (cosine'
        f" {overlap.similarity:.2f}): their descriptions say nearly the same."
        for overlap in overlaps[:_SHOWN_OVERLAPS]
    ]
    script = unseen_script(reading.text, scorer.lead.tuning.scripts)
    if script is not None:
        warnings.append(
            f"the text is mostly in {script.title()} script, which the model was not trained on."
        )
    return warnings
