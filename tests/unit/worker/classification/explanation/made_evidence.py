"""Evidence made by hand, so that sentences can be tested without models."""

from dataclasses import replace
from typing import Any

from worker.classification.explanation.evidence import (
    Alternative,
    ChannelScores,
    Evidence,
    RankedRule,
    ScoringEvidence,
    Understood,
)
from worker.classification.scoring.rule_set import Overlap


def ranked(type_: str, score: float, **parts: float) -> RankedRule:
    return RankedRule(type_, score, ChannelScores(), 0.0, 0.0, **parts)


def scored(**changed: Any) -> ScoringEvidence:
    """A match of "invoice" before "receipt", surer than all doubt."""
    scoring = ScoringEvidence(
        ranking=(ranked("invoice", 4.0), ranked("receipt", 2.0)),
        quote=None,
        shared_words=(),
        cues=(),
        own_name=None,
        understood=Understood(("invoice",), ("freight invoice",), "invoice"),
        alternative=Alternative("delivery note", 1.0),
        better_alternatives=0,
        is_null=False,
        match_probability=0.97,
        overlap_probability=0.97,
        null_probability=0.01,
        influences=(),
        overlaps=(),
        examples=0,
        warnings=(),
    )
    return replace(scoring, **changed)


def null(probability: float, match: float = 0.01, **changed: Any) -> ScoringEvidence:
    return scored(
        is_null=True,
        null_probability=probability,
        match_probability=match,
        overlap_probability=match,
        **changed,
    )


def twins(match: float, either: float) -> ScoringEvidence:
    return scored(
        match_probability=match,
        overlap_probability=either,
        overlaps=(Overlap("receipt", "invoice", 0.95),),
    )


def evidence(scoring: ScoringEvidence | None, **changed: Any) -> Evidence:
    whole = Evidence(
        pages_read=1,
        pages_not_needed=0,
        total_pages=1,
        is_from_start=True,
        lost_parts=0,
        form_fields=0,
        pages_by_ocr=0,
        characters=500,
        chunks=1,
        rules=2,
        panel_types=689,
        catch_all=None,
        warnings=(),
        missing=None,
        scoring=scoring,
    )
    return replace(whole, **changed)
