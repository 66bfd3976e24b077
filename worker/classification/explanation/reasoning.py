"""The step-by-step reasoning, written from the evidence only."""

from collections.abc import Iterator

from worker.classification.explanation.evidence import Evidence, RankedRule, ScoringEvidence

_PHRASES = {
    "top": "its score",
    "margin": "its lead over the runner-up",
    "lead_over_best_alternative": "the comparison with the best other document type",
    "lead_over_three_alternatives": "the comparison with the three best other document types",
    "share_of_top": "its weight among the candidates",
    "log_tokens": "the amount of text",
    "some_alternative_is_better": "whether another document type fits better",
    "better_alternatives": "the number of other document types that fit better",
}
_SHOWN = 3


def write_reasoning(evidence: Evidence, chosen: str | None) -> str:
    """Return the reasoning as lines: a summary, then one numbered line a step."""
    steps = [step for step in _steps(evidence) if step]
    numbered = [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    return "\n".join([_summary(evidence, chosen), *numbered])


def _summary(evidence: Evidence, chosen: str | None) -> str:
    outcome = "No type assigned" if chosen is None else f'Classified as "{chosen}"'
    if not evidence.chunks:
        return f"{outcome}: nothing readable was found on {_pages(evidence.pages_read)} read."
    scoring = evidence.scoring
    if scoring is None:
        return f"{outcome}: it is the catch-all and no other rule was given."
    top, *others = scoring.ranking
    generic_types = f"{_deviations(top.score)} {evidence.panel_types} generic document types"
    if scoring.is_null:
        catch_all = "" if chosen is None else ", the catch-all"
        return (
            f'{outcome}{catch_all}: no rule fits well enough; the nearest, "{top.type}", is'
            f" {generic_types}{_better(scoring)}."
        )
    runner_up = f'; the runner-up "{others[0].type}" has {others[0].score:.1f}' if others else ""
    return f"{outcome}: {generic_types}{runner_up}."


def _steps(evidence: Evidence) -> Iterator[str]:
    warnings = evidence.warnings
    yield _read(evidence)
    yield _rules(evidence)
    if evidence.scoring is not None:
        yield _ranking(evidence.scoring, evidence.panel_types)
        yield _quoted(evidence.scoring)
        yield from _cues(evidence.scoring)
        yield from _excluded(evidence.scoring)
        yield _own_name(evidence.scoring)
        yield _understood(evidence.scoring)
        yield _examples(evidence.scoring)
        yield _alternative(evidence.scoring)
        yield _confidence(evidence.scoring)
        warnings += evidence.scoring.warnings
    yield from (f"Warning: {warning}" for warning in warnings)


def _read(evidence: Evidence) -> str:
    ocr = f", {evidence.pages_by_ocr} of them by OCR" if evidence.pages_by_ocr else ""
    read = f"Read {evidence.pages_read} of {_pages(evidence.total_pages)}{ocr}:"
    if not evidence.chunks:
        return f"{read} no letters or digits were found."
    parts = f"{evidence.chunks} passage{'' if evidence.chunks == 1 else 's'}"
    text = (
        f"{read} {evidence.characters} characters, of which {parts} from the beginning"
        f" {'was' if evidence.chunks == 1 else 'were'} compared."
    )
    if evidence.is_early:
        text += " The small model was sure, so the large one was not asked."
    return text


def _rules(evidence: Evidence) -> str:
    text = f"{evidence.rules} rule{'' if evidence.rules == 1 else 's'} given"
    if evidence.scoring is not None:
        candidates = len(evidence.scoring.ranking)
        text += f", {candidates} of them compete{'s' if candidates == 1 else ''}"
    if evidence.catch_all is not None:
        text += f'; "{evidence.catch_all}" is the catch-all, chosen when no other rule fits'
    return text + "."


def _ranking(scoring: ScoringEvidence, panel_types: int) -> str:
    shown = ", ".join(_ranked(rule) for rule in scoring.ranking[:_SHOWN])
    text = f"Scores in standard deviations above {panel_types} generic types: {shown}"
    if len(scoring.ranking) > 1:
        first, second = scoring.ranking[:2]
        text += f"; margin {first.score - second.score:.2f}"
    return text + "."


def _ranked(rule: RankedRule) -> str:
    return f'"{rule.type}" {rule.score:.2f}'


def _quoted(scoring: ScoringEvidence) -> str:
    if scoring.quote is None:
        return ""
    text = (
        f'What speaks most for "{scoring.ranking[0].type}", on page'
        f" {scoring.quote.page + 1}: “{scoring.quote.quote}”"
    )
    if scoring.shared_words:
        text += f" Words in both the rule and the document: {', '.join(scoring.shared_words)}."
    return text


def _cues(scoring: ScoringEvidence) -> Iterator[str]:
    for cue in scoring.cues:
        top = scoring.ranking[0].type
        yield f'Format: {cue.observation}, which adds {cue.bonus:.2f} to "{top}".'


def _excluded(scoring: ScoringEvidence) -> Iterator[str]:
    for rule in scoring.ranking[:_SHOWN]:
        if rule.excluded > 0:
            yield (
                f'"{rule.type}" lost {rule.excluded:.2f}: the document fits better to something'
                " that its description excludes."
            )


def _own_name(scoring: ScoringEvidence) -> str:
    name = scoring.own_name
    if name is None:
        return ""
    text = f"The document calls itself “{name.line}” ({name.type})"
    if name.bonus > 0:
        text += f', which adds {name.bonus:.2f} to "{scoring.ranking[0].type}"'
    return text + "."


def _understood(scoring: ScoringEvidence) -> str:
    top, understood = scoring.ranking[0], scoring.understood
    if not understood.types:
        return f'The rule "{top.type}" means no built-in type; only its own words are compared.'
    text = f'The rule "{top.type}" is understood as {" or ".join(understood.types)}'
    if understood.kinds:
        shown = ", ".join(understood.kinds[:_SHOWN])
        more = len(understood.kinds) - _SHOWN
        text += f", and its kinds {shown}{f' and {more} more' if more > 0 else ''}"
    if top.lifted > 0:
        text += f'. The document fits "{understood.best}" better, which adds {top.lifted:.2f}'
    return text + "."


def _examples(scoring: ScoringEvidence) -> str:
    if not scoring.examples:
        return ""
    documents = f"{scoring.examples} document{'' if scoring.examples == 1 else 's'}"
    return f'Compared with {documents} given as examples of "{scoring.ranking[0].type}".'


def _alternative(scoring: ScoringEvidence) -> str:
    best = scoring.alternative
    if best is None:
        return ""
    top = scoring.ranking[0]
    relation = "more than" if best.score > top.score else "less than"
    return (
        f'Of the generic types that no rule covers, "{best.type}" fits best with'
        f' {best.score:.2f}, {relation} "{top.type}".'
    )


def _confidence(scoring: ScoringEvidence) -> str:
    match, null = scoring.match_probability, scoring.null_probability
    top = scoring.ranking[0].type
    text = (
        f'Estimated probability that "{top}" is right: {match:.2f}; that no rule fits: {null:.2f}.'
    )
    if scoring.overlap_probability > match:
        text += (
            f' That "{top}" or a rule that says nearly the same is right:'
            f" {scoring.overlap_probability:.2f}."
        )
    raised = [item for item in scoring.influences if item.log_odds > 0]
    lowered = [item for item in scoring.influences if item.log_odds < 0]
    for verb, items in (("Raised", raised), ("Lowered", lowered)):
        if items:
            parts = (f"{_PHRASES[item.feature]} ({item.log_odds:+.2f})" for item in items)
            text += f" {verb} most by {' and '.join(parts)}."
    return text


def _better(scoring: ScoringEvidence) -> str:
    best = scoring.alternative
    if best is None or not scoring.better_alternatives:
        return ""
    count = scoring.better_alternatives
    return (
        f', and {count} of them, first "{best.type}" with {best.score:.1f},'
        f" {'fits' if count == 1 else 'fit'} better"
    )


def _deviations(score: float) -> str:
    side = "above" if score >= 0 else "below"
    return f"{abs(score):.1f} standard deviations {side}"


def _pages(count: int) -> str:
    return f"{count} page{'' if count == 1 else 's'}"
