"""The second layer of a reasoning: the evidence in words."""

import re
from collections.abc import Collection, Iterator

from app.text import counted
from worker.classification.explanation.bands import percent
from worker.classification.explanation.evidence import (
    Corrections,
    Evidence,
    OwnName,
    ScoringEvidence,
    WithoutLabels,
)
from worker.classification.explanation.outcome import Outcome
from worker.classification.learning.model import NearestFile, Neighbour

MAX_REASONS = 4
_SHOWN_RULES = 3
_WORD = re.compile(r"\w+")


def write_reasons(evidence: Evidence, outcome: Outcome) -> list[str]:
    """Return up to four sentences of evidence; the last one says what was read."""
    found: list[str] = []
    if evidence.scoring is not None:
        reasons = _null_reasons if evidence.scoring.is_null else _match_reasons
        found = [reason for reason in reasons(evidence.scoring, outcome) if reason]
    return [*found[: MAX_REASONS - 1], _form(evidence) + _read(evidence)]


def _match_reasons(scoring: ScoringEvidence, outcome: Outcome) -> Iterator[str]:
    yield _corrections(scoring)
    yield _own_name(scoring)
    yield _act(scoring)
    yield _quoted(scoring)
    yield _also(scoring, outcome)
    yield _known(scoring, outcome)
    yield _excluded(scoring)


def _null_reasons(scoring: ScoringEvidence, outcome: Outcome) -> Iterator[str]:
    yield _corrections(scoring)
    # Nothing speaks for a rule that was rejected, be it the best one or another.
    named = scoring.own_name is not None and scoring.own_name.bonus > 0
    if not named and not any(rule.named > 0 for rule in scoring.ranking):
        yield _own_name(scoring)
    yield _excluded(scoring)
    yield _closest(scoring, outcome)
    if scoring.better_alternatives:
        yield "If you expect documents like this one, add a rule for them."


def _corrections(scoring: ScoringEvidence) -> str:
    """Say which label counted, or that labels did and which file is most like the document.

    Where they changed little because none is much like it, only the details tell.
    """
    found = scoring.corrections
    if found is None:
        return ""
    if found.copy is not None:
        copy = _copy(found.copy, {rule.type for rule in scoring.ranking})
        return (
            copy if found.changed is None else f"{copy} Without your label {_other(found.changed)}."
        )
    said = []
    if found.conflict is not None:
        first, second = (f"{each.file.name} {_label(each.file)}" for each in found.conflict)
        said.append(f"You filed copies of it differently, {first} and {second}: correct one.")
    if found.added is not None and (found.changed is not None or found.nearest.is_alike):
        said.append(f"Your corrections {_effect(found)}. {_nearest(found.nearest)}")
    return " ".join(said)


def _effect(found: Corrections) -> str:
    if found.changed is None:
        return "counted"
    return f"changed the answer: without them {_other(found.changed)}"


def _other(found: WithoutLabels) -> str:
    """Say what the answer would be."""
    sure = f"({percent(found.confidence)}%)"
    if found.type is None:
        return f"no rule would fit {sure}"
    return f'it would be "{found.type}" {sure}'


def _nearest(found: NearestFile) -> str:
    file = found.file
    line = f": “{file.line}”" if file.line else ""
    return f"The most alike is {file.name}, labelled {_label(file)}{line}."


def _copy(copy: NearestFile, types: Collection[str]) -> str:
    """Say that the document has the label that people gave to it, or to a copy of it."""
    file = copy.file
    what = "this very document" if copy.is_same else "a near copy of this document"
    no_rule = ", for which you have no rule" if file.type not in {None, *types} else ""
    return f"You filed {what} {_label(file)} ({file.name}){no_rule}."


def _label(file: Neighbour) -> str:
    return "as fitting no rule" if file.type is None else f'as "{file.type}"'


def _own_name(scoring: ScoringEvidence) -> str:
    name = scoring.own_name
    if name is None or (name.bonus <= 0 and not scoring.is_null):
        return ""
    meaning = "" if _says(name.line, name.type) else f', a name for "{name.type}"'
    if _is_of_a_kind(scoring, name):
        meaning += f', which your rule "{scoring.ranking[0].type}" includes'
    page = f" (page {scoring.quote.page + 1})" if _quotes_name(scoring) and scoring.quote else ""
    return f"It calls itself “{name.line}”{page}{meaning}."


def _is_of_a_kind(scoring: ScoringEvidence, name: OwnName) -> bool:
    """Tell whether the best rule means more than the document calls itself, as nothing else says.

    Who reads that a receipt calls itself an invoice wants to know why it is a receipt.
    """
    top = scoring.ranking[0]
    return (
        name.type in scoring.understood.kinds
        and not scoring.is_null
        and not _says(name.line, top.type)
        and not (top.lifted > 0 and scoring.understood.best == name.type)
    )


def _act(scoring: ScoringEvidence) -> str:
    """Say what the document does, in its own words."""
    if scoring.act is None:
        return ""
    phrases = ", ".join(f"“{phrase}”" for phrase in scoring.act.phrases)
    return f"It {scoring.act.act}: {phrases}."


def _quoted(scoring: ScoringEvidence) -> str:
    quote, shared = scoring.quote, ", ".join(scoring.shared_words)
    words = f"Words in both it and your rule: {shared}." if shared else ""
    if quote is None or _quotes_name(scoring):
        return words
    line = f"The line that speaks most for it: “{quote.quote}” (page {quote.page + 1})."
    return f"{line} {words}".strip()


def _quotes_name(scoring: ScoringEvidence) -> bool:
    """Tell whether the line that speaks most for the rule is what the document calls itself."""
    name, quote = scoring.own_name, scoring.quote
    return name is not None and quote is not None and name.bonus > 0 and name.line == quote.quote


def _also(scoring: ScoringEvidence, outcome: Outcome) -> str:
    """Say what the document would be otherwise, and what to do if it is that."""
    top, best, second = scoring.ranking[0], scoring.alternative, outcome.runner_up
    types = {rule.type for rule in scoring.ranking}
    if second is not None and second.type in types and second.type not in scoring.twins:
        return (
            f'The next choice would be "{second.type}". If that is right, say in both descriptions'
            " what sets them apart."
        )
    if best is not None and best.score > top.score:
        return (
            f'It looks even more like "{best.type}", for which you have no rule. If it is that, add'
            " a rule for it."
        )
    kind = scoring.understood.best
    if top.lifted > 0 and kind is not None and kind not in scoring.understood.types:
        return (
            f'It looks most like "{kind}", which your rule "{top.type}" includes. Add a rule for it'
            " if you want to tell the two apart."
        )
    return ""


def _known(scoring: ScoringEvidence, outcome: Outcome) -> str:
    """Say what is known of the rule besides its description."""
    type_, examples = scoring.ranking[0].type, _examples(scoring.examples)
    if scoring.understood.types:
        return f'It was also compared with your {examples} of "{type_}".' if examples else ""
    text = f'"{type_}" is a type of your own, known from your description'
    if examples:
        return f"{text} and your {examples}."
    return f"{text} alone{'' if outcome.band.is_sure else ': examples of it would help'}."


def _examples(count: int) -> str:
    return counted(count, "example") if count else ""


def _excluded(scoring: ScoringEvidence) -> str:
    lost = [rule.type for rule in scoring.ranking[:_SHOWN_RULES] if rule.excluded > 0]
    if not lost:
        return ""
    rules = " and ".join(f'"{type_}"' for type_ in lost)
    return (
        f"Your description of {rules} excludes something that this looks more like, which counts"
        " against it."
    )


def _closest(scoring: ScoringEvidence, outcome: Outcome) -> str:
    top = scoring.ranking[0]
    if outcome.runner_up is not None:
        return (
            f'The closest of your rules is "{top.type}". If it is right, say in its description'
            " what this document contains."
            if len(scoring.ranking) > 1
            else f'If "{top.type}" is right, say in its description what this document contains.'
        )
    if len(scoring.ranking) == 1:
        return ""
    return f'The closest of your rules is "{top.type}", and it fits poorly.'


def _form(evidence: Evidence) -> str:
    """Say which form the document has, as far as this speaks for no rule that was rejected."""
    scoring, fields = evidence.scoring, evidence.form_fields
    text = f"It has {counted(fields, 'blank')} to fill in. " if fields else ""
    if scoring is not None:
        rejected = scoring.is_null and any(rule.bonus > 0 for rule in scoring.ranking)
        speaking = [
            cue for cue in scoring.cues if (cue.bonus > 0) != scoring.is_null and not rejected
        ]
        text += "".join(f"{cue.observation[0].upper()}{cue.observation[1:]}. " for cue in speaking)
    return text


def _read(evidence: Evidence) -> str:
    read, total, ocr = evidence.pages_read, evidence.total_pages, evidence.pages_by_ocr
    by_ocr = ""
    if ocr:
        by_ocr = ", by OCR (text recognition)" if ocr == read else f", {ocr} of them by OCR"
    if not evidence.chunks:
        return f"Looked at {read} of {counted(total, 'page')}{by_ocr}."
    if read >= total:
        return f"All of it was read: {counted(read, 'page')}{by_ocr}."
    if evidence.is_from_start:
        which = "Only the first" if read == 1 else f"Only the first {read}"
    else:
        which = str(read)
    verb = "was" if read == 1 else "were"
    enough = " That is enough for a verdict." if evidence.pages_not_needed else ""
    return f"{which} of {counted(total, 'page')} {verb} read{by_ocr}.{enough}"


def _says(line: str, type_: str) -> bool:
    return set(_words(type_)) <= set(_words(line))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("_", " "))
