"""Collecting the evidence for a verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.jobs.values import Quote, Rule
from app.text import counted
from worker.classification.embedded_document import EmbeddedDocument
from worker.classification.explanation.evidence import (
    ActFound,
    Alternative,
    ChannelScores,
    Corrections,
    CueFound,
    Evidence,
    Influence,
    OwnName,
    RankedRule,
    ScoringEvidence,
    Understood,
    WithoutLabels,
)
from worker.classification.explanation.quote import Support, choose_quote
from worker.classification.features.scripts import unseen_script
from worker.classification.learning.model import Learned, LearnedModel
from worker.classification.scoring import lexical
from worker.classification.scoring.calibration import FEATURES, Decision
from worker.classification.scoring.comparison import Comparison
from worker.classification.scoring.cues import CUES
from worker.classification.scoring.document_text import DocumentText
from worker.classification.scoring.examples import EmbeddedExamples
from worker.classification.scoring.rule_set import RuleSet
from worker.classification.scoring.scorer import Scorer, best_act, best_name, own_name
from worker.classification.scoring.scores import Scores
from worker.parsing.document import TextSource

# Characters; less text than this is worth a warning.
_LITTLE_TEXT = 200
_INFLUENCES = 2
# A name that is less surely a title, or phrases that add less, would not convince a reader.
_SHOWN_STRENGTH = 0.3
_SHOWN_ACT = 0.5


@dataclass(frozen=True, slots=True)
class Judgement:
    """The rules that competed for a document, their examples and scores, and the decision.

    `examples` has one entry for each rule, in the order of the scores. `comparison` is what the
    scores were computed from. `is_early` when a stage before the last one was sure. `model` is
    what the labels of the project teach, None without any, and `learned` what they say of this
    document, None if nothing. `without_labels` is then the decision without them.
    """

    document: EmbeddedDocument
    comparison: Comparison
    rules: RuleSet
    examples: Sequence[EmbeddedExamples | None]
    scores: Scores
    decision: Decision
    is_early: bool
    model: LearnedModel | None = None
    learned: Learned | None = None
    without_labels: Decision | None = None

    @property
    def order(self) -> list[int]:
        """The positions of the rules, best first."""
        return [int(position) for position in np.argsort(-self.scores.rules, kind="stable")]

    @property
    def best(self) -> Rule:
        """The rule with the highest score."""
        return self.rules.rules[self.order[0]]


def collect_evidence(
    document: EmbeddedDocument,
    judgement: Judgement | None,
    scorer: Scorer,
    *,
    rules: int,
    catch_all: str | None,
    warnings: Sequence[str],
    missing: str | None,
) -> Evidence:
    """Return everything that a verdict is based on; `judgement` is None if nothing was scored.

    For the others see `Evidence`; `warnings` are added to those of the document.
    """
    pages, chunks = document.document.pages, len(document.text.chunks)
    read = [page for page in pages if page.source is not TextSource.NOT_NEEDED]
    if judgement is not None:
        compared = judgement.comparison.spaces.values()
        chunks = max(len(space.vectors.chunks) for space in compared)
    return Evidence(
        pages_read=len(read),
        pages_not_needed=len(pages) - len(read),
        total_pages=document.document.total_pages,
        is_from_start=all(page.index == row for row, page in enumerate(read)),
        lost_parts=document.document.lost_parts,
        form_fields=document.document.form_fields,
        pages_by_ocr=sum(page.source is TextSource.OCR for page in pages),
        characters=document.text.characters,
        chunks=chunks,
        rules=rules,
        panel_types=len(scorer.knowledge.panel),
        catch_all=catch_all,
        warnings=(*document.document.warnings, *warnings),
        missing=missing,
        scoring=None if judgement is None else _scoring(judgement, scorer),
        is_early=judgement is not None and judgement.is_early,
    )


def _scoring(judgement: Judgement, scorer: Scorer) -> ScoringEvidence:
    """Return the numbers behind a decision."""
    scores, decision, text = judgement.scores, judgement.decision, judgement.document.text
    order = judgement.order
    top = order[0]
    examples = judgement.examples[top] if judgement.examples else None
    alternative, better = _alternatives(scores, scorer, top)
    act = _act(judgement, scorer, top)
    is_null = decision.is_null
    return ScoringEvidence(
        ranking=tuple(_ranked_rules(judgement, scorer, order)),
        # Nothing speaks for a rule that was rejected.
        quote=None if is_null else _quote(judgement, scorer, order, act),
        shared_words=()
        if is_null
        else scorer.lexical.shared_words(text.words.keys(), judgement.rules.read[top].lexical_text),
        cues=tuple(
            CueFound(CUES[cue].observation, float(bonus))
            for cue, bonus in zip(scores.cues, scores.bonuses[:, top], strict=True)
        ),
        own_name=_own_name(judgement, scorer, top),
        understood=_understood(judgement, scorer, top),
        alternative=alternative,
        better_alternatives=better,
        is_null=is_null,
        match_probability=decision.match_probability,
        overlap_probability=decision.overlap_probability,
        null_probability=decision.null_probability,
        influences=_influences(decision),
        overlaps=judgement.rules.overlap_pairs,
        examples=0 if examples is None else examples.count,
        corrections=_corrections(judgement, top),
        warnings=tuple(_warnings(text, scorer)),
        act=act,
    )


def _corrections(judgement: Judgement, top: int) -> Corrections | None:
    model, learned = judgement.model, judgement.learned
    if model is None or learned is None:
        return None
    return Corrections(
        labels=model.label_count,
        added=None if learned.additions is None else float(learned.additions[top]),
        nearest=learned.nearest,
        copy=learned.copy,
        conflict=learned.conflict,
        changed=_changed(judgement, top),
    )


def _changed(judgement: Judgement, top: int) -> WithoutLabels | None:
    """Return the verdict without labels if it is another one."""
    decision = judgement.without_labels
    if decision is None:
        return None
    best = int(np.argmax(replace(judgement.scores, learned=None).rules))
    before = None if decision.is_null else best
    after = None if judgement.decision.is_null else top
    if before == after:
        return None
    type_ = None if before is None else judgement.rules.rules[before].type
    return WithoutLabels(type_, decision.confidence)


def _act(judgement: Judgement, scorer: Scorer, top: int) -> ActFound | None:
    found = best_act(judgement.rules.read[top], judgement.document.text)
    bonus = float(judgement.scores.acts[top])
    if found is None or bonus < _SHOWN_ACT:
        return None
    return ActFound(scorer.knowledge.types[found.row].act, found.phrases, bonus)


def _quote(
    judgement: Judgement, scorer: Scorer, order: Sequence[int], act: ActFound | None
) -> Quote | None:
    # The last space has the vectors of title lines.
    spaces = judgement.comparison.spaces
    quoting = max(spaces)
    direct, top = judgement.rules.targets[quoting].direct, order[0]
    rule, text = judgement.rules.read[top], judgement.document.text
    found = best_name(rule, text)
    is_related = found is not None and found.strength * rule.relation[found.row] >= _SHOWN_STRENGTH
    support = Support(
        spaces[quoting].vectors,
        direct[top] if len(order) == 1 else direct[top] - direct[order[1]],
        frozenset(scorer.lexical.count_words(rule.lexical_text)),
        own_name(rule, text) or (found if is_related else None),
        () if act is None else act.phrases,
    )
    return choose_quote(judgement.document.document, text, support, scorer.lexical)


def _ranked_rules(
    judgement: Judgement, scorer: Scorer, order: Sequence[int]
) -> Iterator[RankedRule]:
    scores = judgement.scores
    names = tuple(scores.channels)
    values = np.stack([channel.scores for channel in scores.channels.values()], axis=1).tolist()
    weights = np.stack([channel.weights for channel in scores.channels.values()], axis=1).tolist()
    totals, own = scores.rules.tolist(), scores.own.tolist()
    by_words, bonuses = scores.lexical.tolist(), scores.bonuses.sum(axis=0).tolist()
    named, acts, excluded = scores.named.tolist(), scores.acts.tolist(), scores.excluded.tolist()
    learned = [0.0] * len(order) if scores.learned is None else scores.learned.tolist()
    for position in order:
        read = judgement.rules.read[position]
        yield RankedRule(
            type=judgement.rules.rules[position].type,
            score=totals[position],
            channels=ChannelScores(names, values[position], weights[position]),
            lexical=by_words[position] * lexical.WEIGHT,
            bonus=bonuses[position],
            named=named[position],
            acts=acts[position],
            lifted=totals[position] - own[position] - learned[position],
            learned=learned[position],
            excluded=excluded[position],
            understood_as=tuple(scorer.knowledge.types[row].name for row in read.resolution.rows),
        )


def _alternatives(scores: Scores, scorer: Scorer, top: int) -> tuple[Alternative | None, int]:
    uncovered = scores.uncovered()
    if not len(uncovered):
        return None, 0
    fits = scores.panel[uncovered]
    best = int(uncovered[fits.argmax()])
    better = (fits > scores.rules[top]).sum()
    name = scorer.knowledge.panel[best].type
    return Alternative(name, float(scores.panel[best])), int(better)


def _own_name(judgement: Judgement, scorer: Scorer, top: int) -> OwnName | None:
    rule, text = judgement.rules.read[top], judgement.document.text
    known, own = best_name(rule, text), own_name(rule, text)
    bonus = float(judgement.scores.named[top])
    if own is not None and (known is None or own.strength >= known.strength):
        return OwnName(own.line, judgement.rules.rules[top].type, own.strength, bonus)
    if known is None or known.strength < _SHOWN_STRENGTH:
        return None
    return OwnName(known.line, scorer.knowledge.types[known.row].name, known.strength, bonus)


def _understood(judgement: Judgement, scorer: Scorer, top: int) -> Understood:
    resolution, scores = judgement.rules.read[top].resolution, judgement.scores
    panel, meant = scorer.knowledge.panel, np.isfinite(resolution.steps)
    kinds = np.flatnonzero(meant & (resolution.steps > 0))
    ordered = kinds[np.argsort(-scores.panel[kinds], kind="stable")]
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


def _warnings(text: DocumentText, scorer: Scorer) -> list[str]:
    """Return what lessens the worth of a verdict, whatever the rules are."""
    warnings = []
    if text.characters < _LITTLE_TEXT:
        count = counted(text.characters, "character")
        warnings.append(f"there is little text to go by, only {count}.")
    script = unseen_script(text.scripts, scorer.lead.tuning.scripts)
    if script is not None:
        warnings.append(
            f"the text is mostly in {script.title()} script, which the model was not trained on."
        )
    return warnings
