"""The third layer of a reasoning: the numbers, for experts."""

from collections.abc import Iterator

from app.text import counted
from worker.classification.explanation.evidence import Evidence, RankedRule, ScoringEvidence

_PHRASES = {
    "top": "the best rule's score",
    "margin": "its lead over the runner-up",
    "lead_over_best_alternative": "its lead over the best type without a rule",
    "lead_over_three_alternatives": "its lead over the three best types without a rule",
    "share_of_top": "its weight among the rules",
    "log_tokens": "the amount of text",
    "some_alternative_is_better": "whether a type without a rule fits better",
    "better_alternatives": "the number of types without a rule that fit better",
}
_SHOWN = 3


def write_details(evidence: Evidence, confidence: float) -> list[str]:
    """Return a line for each step from the text to the confidence."""
    return [step for step in _steps(evidence, confidence) if step]


def _steps(evidence: Evidence, confidence: float) -> Iterator[str]:
    scoring = evidence.scoring
    yield _compared(evidence)
    yield _catch_all(evidence)
    if scoring is None:
        yield _unscored(evidence, confidence)
    else:
        yield _ranking(scoring, evidence.panel_types)
        yield _parts(scoring)
        yield _corrections(scoring)
        yield _understood(scoring)
        yield _alternative(scoring)
        yield _probabilities(scoring)
        yield _influences(scoring)
        yield from _overlaps(scoring)
        yield from (f"Warning: {_sentence(warning)}" for warning in scoring.warnings)
    yield from (f"Warning: {_sentence(warning)}" for warning in evidence.warnings)
    if evidence.missing is not None:
        yield f"Warning: {_sentence(evidence.missing)}"


def _compared(evidence: Evidence) -> str:
    if not evidence.chunks:
        return "No letters or digits were found."
    text = (
        f"Compared {counted(evidence.chunks, 'passage')} from the"
        f" beginning of {evidence.characters} characters with {counted(evidence.rules, 'rule')}."
    )
    if evidence.is_early:
        text += " The small model was sure, so the large one was not asked."
    return text


def _catch_all(evidence: Evidence) -> str:
    if evidence.catch_all is None:
        return ""
    return f'"{evidence.catch_all}" is the catch-all: it is chosen when no other rule fits.'


def _unscored(evidence: Evidence, confidence: float) -> str:
    if evidence.chunks:
        return ""
    return (
        f"Confidence {confidence:.2f}: the share of documents without a fitting rule where the"
        " classifier was calibrated."
    )


def _ranking(scoring: ScoringEvidence, panel_types: int) -> str:
    shown = ", ".join(_ranked(rule) for rule in scoring.ranking[:_SHOWN])
    text = f"Scores in standard deviations above {panel_types} built-in types: {shown}"
    if len(scoring.ranking) > 1:
        first, second = scoring.ranking[:2]
        text += f"; margin {first.score - second.score:.2f}"
    return text + "."


def _ranked(rule: RankedRule) -> str:
    excluded = f" ({rule.excluded:.2f} lost by its exclusions)" if rule.excluded > 0 else ""
    return f'"{rule.type}" {rule.score:.2f}{excluded}'


def _parts(scoring: ScoringEvidence) -> str:
    """Say what was added to the score of the rule that was chosen."""
    if scoring.is_null:
        return ""
    top, name = scoring.ranking[0], scoring.own_name
    parts = [f"the form of the file {cue.bonus:.2f}" for cue in scoring.cues if cue.bonus > 0]
    if name is not None and name.bonus > 0:
        parts.append(f"what the document calls itself {name.bonus:.2f}")
    if top.acts > 0:
        parts.append(f"what the document does {top.acts:.2f}")
    if top.lifted > 0:
        parts.append(f'its kind "{scoring.understood.best}" {top.lifted:.2f}')
    return f'In the score of "{top.type}": {", ".join(parts)}.' if parts else ""


def _corrections(scoring: ScoringEvidence) -> str:
    found = scoring.corrections
    if found is None:
        return ""
    if found.copy is not None:
        return (
            "The label of a copy decides, whatever the scores are: a cosine of"
            f" {found.copy.similarity:.3f} with {found.copy.file.name}."
        )
    if found.added is None:
        return ""
    return (
        f"{counted(found.labels, 'labelled file')} of this project changed the score of"
        f' "{scoring.ranking[0].type}" by {found.added:+.2f}; the nearest one has a cosine of'
        f" {found.nearest.similarity:.2f}."
    )


def _understood(scoring: ScoringEvidence) -> str:
    top, understood = scoring.ranking[0], scoring.understood
    if understood.types:
        text = f'The rule "{top.type}" is understood as {" or ".join(understood.types)}'
    else:
        text = f'The rule "{top.type}" means no built-in type; its own words are compared'
    if understood.kinds:
        shown = ", ".join(understood.kinds[:_SHOWN])
        more = len(understood.kinds) - _SHOWN
        text += f", and its kinds {shown}{f' and {more} more' if more > 0 else ''}"
    if scoring.examples:
        text += f"; it was also compared with {counted(scoring.examples, 'example')} of yours"
    return text + "."


def _alternative(scoring: ScoringEvidence) -> str:
    best, better = scoring.alternative, scoring.better_alternatives
    if best is None:
        return ""
    return (
        f'Of the built-in types without a rule, "{best.type}" fits best with {best.score:.2f};'
        f" {better or 'none'} of them fit{'s' if better <= 1 else ''} better than"
        f' "{scoring.ranking[0].type}".'
    )


def _probabilities(scoring: ScoringEvidence) -> str:
    match, null = scoring.match_probability, scoring.null_probability
    top = scoring.ranking[0].type
    text = (
        f'Estimated probability that "{top}" is right: {match:.4f}; that no rule fits: {null:.4f}.'
    )
    if scoring.overlap_probability > match:
        text += (
            f' That "{top}" or a rule that means nearly the same is right:'
            f" {scoring.overlap_probability:.4f}."
        )
    return text


def _influences(scoring: ScoringEvidence) -> str:
    raised = [item for item in scoring.influences if item.log_odds > 0]
    lowered = [item for item in scoring.influences if item.log_odds < 0]
    found = []
    for verb, items in (("raised", raised), ("lowered", lowered)):
        if items:
            parts = (f"{_PHRASES[item.feature]} ({item.log_odds:+.2f})" for item in items)
            found.append(f"{verb} most by {' and '.join(parts)}")
    if not found:
        return ""
    return f"Against an average document, the log-odds were {', and '.join(found)}."


def _overlaps(scoring: ScoringEvidence) -> Iterator[str]:
    for overlap in scoring.overlaps[:_SHOWN]:
        yield (
            f'The rules "{overlap.first}" and "{overlap.second}" mean nearly the same (cosine'
            f" {overlap.similarity:.2f})."
        )


def _sentence(text: str) -> str:
    return f"{text.rstrip('. ')}."
