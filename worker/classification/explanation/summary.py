"""The first layer of a reasoning: the verdict, how sure it is, and what to do."""

from collections.abc import Iterator

from worker.classification.explanation.bands import band_of, percent
from worker.classification.explanation.evidence import Evidence, ScoringEvidence
from worker.classification.explanation.outcome import Outcome

_SHOWN_TWINS = 3
_SHOWN_WARNINGS = 3
_CHECK = "please check"


def write_summary(evidence: Evidence, outcome: Outcome) -> list[str]:
    """Return the line of the verdict, and a line of what lessens its worth, if anything does."""
    warnings = list(_warnings(evidence))
    shown = "; ".join(warnings[:_SHOWN_WARNINGS])
    more = len(warnings) - _SHOWN_WARNINGS
    if more > 0:
        shown += f"; and {more} more, named in the details"
    return [_verdict(evidence, outcome), *([f"Warning: {shown}."] if shown else [])]


def _verdict(evidence: Evidence, outcome: Outcome) -> str:
    scoring = evidence.scoring
    if not evidence.chunks:
        return _unreadable(evidence, outcome)
    if scoring is None:
        return (
            f'"{outcome.chosen}" (100%): it is the catch-all, and there is no other rule. Give a'
            " rule for each type that you expect."
        )
    text, looks = _claim(evidence, scoring, outcome), ""
    if scoring.is_null:
        looks = _looks(scoring)
    if outcome.is_below_minimum and outcome.minimum is not None:
        return (
            f"No type, because you ask for at least {outcome.minimum * 100:.6g}% (min_confidence):"
            f" {text[0].lower()}{text[1:]}, {_CHECK}.{looks}"
        )
    if scoring.is_null and evidence.catch_all is not None:
        text += f', so it gets your catch-all "{evidence.catch_all}"'
    if not outcome.band.is_sure:
        text += f": {_CHECK}{_doubt(evidence, scoring, outcome)}"
    return f"{text}.{looks}"


def _unreadable(evidence: Evidence, outcome: Outcome) -> str:
    pages = evidence.pages_read
    where = f" on the {pages} pages read" if pages > 1 else " in it"
    result = (
        "No type"
        if outcome.type is None
        else f'No type, so it gets your catch-all "{outcome.type}"'
    )
    return f"{result}: nothing readable was found{where}. Please look at the document itself."


def _claim(evidence: Evidence, scoring: ScoringEvidence, outcome: Outcome) -> str:
    """Return how sure the outcome is, as the beginning of a sentence."""
    band, sure = outcome.band, percent(outcome.confidence)
    if not scoring.is_null:
        return f'{band.opening} "{scoring.ranking[0].type}" ({sure}%)'
    if evidence.rules == 1:
        return f'{band.opening} not "{scoring.ranking[0].type}", your only rule ({sure}%)'
    if band is band_of(1):
        return f"None of your rules fits ({sure}%)"
    return f"{band.opening} none of your rules fits ({sure}%)"


def _looks(scoring: ScoringEvidence) -> str:
    best = scoring.alternative
    if best is None or not scoring.better_alternatives:
        return ""
    return f' It looks most like "{best.type}", for which you have no rule.'


def _doubt(evidence: Evidence, scoring: ScoringEvidence, outcome: Outcome) -> str:
    """Return what makes the verdict unsure, if that can be said."""
    if evidence.lost_parts and band_of(outcome.confidence / evidence.known_share).is_sure:
        return "; the part that could not be read may say otherwise"
    twins = scoring.twins
    sure = band_of(scoring.overlap_probability)
    if not scoring.is_null and twins and sure is not outcome.band:
        either = " or ".join(f'"{type_}"' for type_ in twins[:_SHOWN_TWINS])
        return f"; {either} is {sure.word} right ({percent(scoring.overlap_probability)}%)"
    second = outcome.runner_up
    if second is None:
        return ""
    if scoring.is_null:
        return f'; "{scoring.ranking[0].type}" is close' if evidence.rules > 1 else ""
    if second.type in {rule.type for rule in scoring.ranking}:
        return f'; "{second.type}" is close'
    return "; perhaps none of your rules fits"


def _warnings(evidence: Evidence) -> Iterator[str]:
    """Yield what lessens the worth of this verdict, without a full stop."""
    scoring = evidence.scoring
    warnings = evidence.warnings if scoring is None else (*scoring.warnings, *evidence.warnings)
    if scoring is not None and not scoring.is_null and scoring.twins:
        named = " and ".join(f'"{type_}"' for type_ in scoring.twins[:_SHOWN_TWINS])
        yield (
            f"your rules {named} mean nearly the same: merge them, or say in each description what"
            " sets it apart"
        )
    yield from (warning.rstrip(". ") for warning in warnings)
