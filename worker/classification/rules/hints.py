"""Hints about the wording of rules that need no model; `lint` adds those that do.

docs/how-to/tuning-rules.md explains them to the people who write rules.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence

from app.jobs.values import Rule
from app.lint.values import Hint, HintKind
from worker.classification.features.text import normalise_text
from worker.classification.rules.exclusions import without_negations
from worker.classification.rules.texts import is_bare, name_of

# Words of a description without those of the type: "a bill from a seller" has enough.
_MIN_WORDS = 4
# The same for scripts without blanks between words.
_MIN_UNSPACED_CHARACTERS = 8

# Negations that remain when the clauses that `exclusions` understands are gone. "No" and "non" are
# left out where they also mean "number" or begin a word, as in "invoice no." and "non-disclosure".
_NEGATION = re.compile(
    r"\b(?:is|are|was|were|does|do|did|must|should|can|may|has|have)(?:\s+not|n['’]t)\b|\bcannot\b"
    r"|\bnot\s+(?!only\b|before\b|after\b|later\b)|\bnever\b|\bexcept\b|\bexcluding\b"
    r"|\bother\s+than\b"
    r"|\bnicht\s+(?!nur\b)|\bnicht$|\bkeine?\b|\baußer\b|\bausgenommen\b"
    r"|\bn(?:e\s|['’])\w+\s+(?:pas|jamais|aucun)|\bpas\s+(?:un|une|de|des|les)\b|\bsauf\b|\bhormis\b"
    r"|\bno\s+(?:es|son|sea|sean|incluye|está|están|debe|un|una)\b|\bexcepto\b|\bsalvo\b"
    r"|\bnão\b|\bexceto\b|\btranne\b|\beccetto\b|\bgeen\b|\bniet\b|\bbehalve\b|\boprócz\b"
    r"|\bкроме\b|\bне\s|不是|不包括|ではない|以外|아닌|제외",
    re.IGNORECASE,
)
# A description that tells the classifier what to do. Only at its beginning: "shipping label".
_INSTRUCTION = re.compile(
    r"^(?:please\s+|bitte\s+)?(?:(?:classify|categori[sz]e|label|tag|choose|select|pick|assign|detect"
    r"|identify)\b|(?:use|apply)\s+(?:this|it)\b|if\s+(?:the|this|it)\b|any\s+document\s+that\s+you"
    r"|klassifiziere|ordne\b|wähle|verwende|nimm\b|wenn\s+(?:das|es|dies)"
    r"|classe[rz]?\b|classifie[rz]?\b|choisi[rs]|utilise[rz]?\b|si\s+(?:le|ce|c['’])"
    r"|clasifi(?:car|ca|que)\b|elegir|elija|usar?\b|si\s+(?:el|es)\b)",
    re.IGNORECASE,
)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\uac00-\ud7af]")
_WORD = re.compile(r"\w+")


def find_wording_hints(rules: Sequence[Rule]) -> list[Hint]:
    """Return the hints about each description, and about names that are nearly the same."""
    hints = [hint for position, rule in enumerate(rules) for hint in _check_rule(position, rule)]
    return [*hints, *_find_same_names(rules)]


def _check_rule(position: int, rule: Rule) -> Iterator[Hint]:
    description = normalise_text(rule.description).strip()
    remaining = without_negations(rule.description)
    if is_bare(rule):
        yield Hint(
            HintKind.BARE_NAME,
            (position,),
            f'The description of "{rule.type}" only repeats its name.',
            "Say who writes the document to whom, and which parts it has: "
            '"a bill from a seller to a customer with line items, tax, total and due date".',
        )
    elif _is_short(rule, remaining):
        yield Hint(
            HintKind.TOO_SHORT,
            (position,),
            f'The description of "{rule.type}" has few words beside its name.',
            "Add the issuer, the recipient and the parts that every such document has. Five to "
            "twenty words are enough.",
        )
    if match := _NEGATION.search(remaining):
        yield Hint(
            HintKind.NEGATION,
            (position,),
            f'The description of "{rule.type}" says what the document is not ("{match[0].strip()}"'
            "). Within a clause this has the opposite effect.",
            "Describe what is on the document. Exclude another kind in a clause of its own at the "
            'end, such as "..., not a receipt", or write a rule for it.',
        )
    if match := _INSTRUCTION.search(description):
        yield Hint(
            HintKind.INSTRUCTION,
            (position,),
            f'The description of "{rule.type}" gives an instruction ("{match[0].strip()} ...").',
            'Describe the document instead: not "classify as invoice if it asks for money" but '
            '"a bill from a seller to a customer with a total to pay".',
        )


def _is_short(rule: Rule, remaining: str) -> bool:
    if _UNSPACED.search(remaining):
        return sum(character.isalnum() for character in remaining) < _MIN_UNSPACED_CHARACTERS
    own = set(_WORD.findall(name_of(rule)))
    return sum(word not in own for word in _WORD.findall(remaining.casefold())) < _MIN_WORDS


def _find_same_names(rules: Sequence[Rule]) -> Iterator[Hint]:
    positions = defaultdict(list)
    for position, rule in enumerate(rules):
        positions[_folded_name(rule)].append(position)
    for same in positions.values():
        if len(same) > 1:
            names = ", ".join(f'"{rules[position].type}"' for position in same)
            yield Hint(
                HintKind.SAME_NAME,
                tuple(same),
                f"The types {names} differ only in case, accents, hyphens or underscores.",
                "Merge these rules, or give the types names that say what tells them apart.",
            )


def _folded_name(rule: Rule) -> str:
    decomposed = unicodedata.normalize("NFKD", name_of(rule).replace("-", " "))
    plain = "".join(each for each in decomposed if not unicodedata.combining(each))
    return " ".join(plain.split())
