"""The lines at the top of a document in which it may say what it is, split into parts."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from worker.classification.features.structure import has_mail_headers, is_code
from worker.parsing.document import DocumentPage

MAX_LINES = 60
_MAX_CHARACTERS = 300
_MAX_WORDS = 40
_MAX_UNSPACED = 60
_MIN_BARE = 3
_SHOWN = 70

# Lines from the top and how much their names count.
_PLACES = ((8, 1.0), (15, 0.85), (25, 0.6), (40, 0.35), (MAX_LINES, 0.15))
# "Address: invoice office" is no heading, nor is a wrapped line that ends a sentence. The subject
# of a mail may be an attachment; that of a letter is what the letter is.
_IN_FIELD, _IN_SENTENCE = 0.3, 0.1
_IN_SUBJECT = 0.7
# "9.4. Invoice 1188" is an entry of an account where several lines begin with a date, "Report
# 220.00" an amount brought forward in French, and "Invoice  Date  Due  Amount" the head of a table.
_IN_ROW, _MIN_ENTRIES, _MIN_COLUMNS = 0.2, 3, 4
# Nor does a line of a program name it, or one of a table of contents.
_IN_CODE = _IN_CONTENTS = 0.2
# A line that does not stand out where others do.
_ORDINARY = 0.5

_UNFOLDED = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "°": " ",
    "№": "no ",
    "\u00ad": "",
    # Letters of Arabic script that keyboards and writers exchange, and its lengthening stroke.
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
    "ہ": "ه",
    "ە": "ه",
    "\u0640": "",
    # The two signs of nasal vowels in Devanagari, and the joiner of Indic letters.
    "\u0901": "\u0902",
    "\u200d": "",
}
# Quicker than `str.translate`, which looks up each character.
_TO_UNFOLD = re.compile(f"[{''.join(_UNFOLDED)}]")
# Accents, the vowel points of Hebrew and Arabic, hamza, and the dot below Indic letters.
_ACCENTS = re.compile(
    r"[\u0300-\u036f\u05b0-\u05bd\u05bf-\u05c7\u064b-\u0655\u0670\u093c\u09bc\u0a3c]+"
)
# The article is a part of the word in Arabic and in Hebrew: "the contract of the lease".
_ARTICLE = re.compile(r"(?<![^\W_])(?:ال(?=\w{3})|ה{1,2}(?=\w{4}))")
_LETTER = r"[^\W\d_]"
_LETTER_SPACED = re.compile(rf"(?<!{_LETTER})(?:{_LETTER}[ .]){{3,}}{_LETTER}(?!{_LETTER})")
_PARTS = re.compile(r"\s{3,}|\t|\||  (?=\S{2,})")
# Vowel signs of Indic scripts are no letters to `re`.
_RUN = r"(?:[^\W_]|[\u0900-\u0963\u0971-\u0de5])+"
_RUNS = re.compile(r"(?:[^\W_]+|[\u0900-\u0963\u0971-\u0de5]+)+")
_JOINED = re.compile(rf"{_RUN}(?:'{_RUN})?(?:[-/_.]{_RUN})*")
_WORD = re.compile(rf"{_RUN}(?:'{_RUN})?")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BRACKETS = re.compile(r"\([^()]{0,100}\)")
_ENTRY = re.compile(
    r"\s*(?:\d{1,2}\.\s?\d{1,2}\.|\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?|\d{1,2}月\d{1,2}日)(?:\s|\d|$)"
)
_AMOUNT = re.compile(r"[-+−(]?\s*\d[\d.,' ]*[.,]\d\d\b(?!\.)")
_DIGIT = re.compile(r"\d")
_FIELD = re.compile(
    r"\s*(?:fwd?|aw|title|from|to|for|address"
    # What is enclosed is another document.
    r"|enc(?:l(?:osed|osures?|s)?)?|attach(?:ed|ments?)|anlagen?|anhang|beilagen?|pi[eè]ces?\s+jointes?|p\.?\s?j"
    r"|annexes?|adjuntos?|anexos?|allegat[oi]|bijlagen?|załącznik(?:i|ów)?|příloh[ay]|príloh[ay]"
    r"|bilag(?:a|or)?|vedlegg|liit(?:e|teet)|mellékletek?|anexe?|ekler?|прилож(?:ение|ения)"
    r"|додат(?:ок|ки)|приложени[ея]|συνημμένα|添付(?:書類)?|附件|첨부(?:서류)?|מצורף|المرفقات)"
    r"\s*(?:\(\w{1,3}\)\s*)?[.:：](?!\.)",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d{0,4}\s*$|…{2,}\s*\d{0,4}\s*$")
_SUBJECT = re.compile(
    r"(?:subject|re|concerns?|betreff|betr\.?|betrifft|objet|obj\.|concerne|asunto|oggetto|ogg\.|assunto"
    r"|onderwerp|betreft|temat|dotyczy|dot\.|sprawa|w\s+sprawie|věc|předmět|vec|predmet|zadeva|ämne"
    r"|ärende|angående|ang\.|emne|vedrørende|vedr\.|gjelder|aihe|asia|tárgy|subiect|obiect"
    r"|referitor(?:\s+la)?|θέμα|относно|предмет|тема|касательно|konu|ilgi|teema|asi|temats"
    r"|par|tema|dėl|הנדון|נושא|الموضوع|موضوع|विषय|เรื่อง|v/v|về\s+việc|trích\s+yếu|perihal|hal"
    r"|件名|主题|主旨|事由|제목)"
    r"\s*[:：]\s*(?=\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HeadingPart:
    """A part of a line that may be a heading; wide gaps divide a line into parts.

    `text` is the part as it is written, at most 70 characters of it. `words` are its folded
    words, empty where the script puts no blanks between words; `letters` is then the folded part
    without blanks. `line` counts the page's lines that have text, from 0. `weight`, 0 to 1, is
    how much a name in it counts, by its place.
    """

    text: str
    line: int
    words: tuple[str, ...]
    letters: str
    weight: float


def fold(text: str) -> str:
    """Return a text in lower case without accents, vowel points and prefixed articles."""
    text = text.casefold()
    if text.isascii():
        return text
    unfolded = _TO_UNFOLD.sub(lambda match: _UNFOLDED[match[0]], text)
    decomposed = unicodedata.normalize("NFKD", unfolded)
    return _ARTICLE.sub("", unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed)))


def is_unspaced(text: str) -> bool:
    """Tell whether a text has letters of scripts that put no blanks between words."""
    return _UNSPACED.search(text) is not None


def without_blanks(text: str) -> str:
    """Return the text without blanks."""
    return "".join(text.split())


def split_words(folded: str) -> list[str]:
    """Return the words; what holds digits stays one with what is joined to it (AV-2017-0005)."""
    found: list[str] = []
    for chunk in _JOINED.findall(folded):
        if chunk.isalpha() or any(character.isdigit() for character in chunk):
            found.append(chunk)
        else:
            found += _WORD.findall(chunk)
    return found


def split_runs(text: str) -> list[str]:
    """Return the runs of letters and digits; apostrophes and hyphens divide them."""
    return _RUNS.findall(text)


def run_spans(text: str) -> list[tuple[int, int]]:
    """Return where the runs of `split_runs` start and end."""
    return [match.span() for match in _RUNS.finditer(text)]


def heading_parts(page: DocumentPage) -> list[HeadingPart]:
    """Return the parts of the first 60 lines of a page that have any text.

    Where lines stand out by their look, these count fully and the others half.
    """
    headings = [without_blanks(heading) for heading in page.headings]
    stripped = (raw.strip().strip("#*_ ") for raw in page.text.split("\n"))
    lines = list(islice(filter(None, stripped), MAX_LINES))
    in_subject = _IN_FIELD if has_mail_headers(page.text) else _IN_SUBJECT
    is_program = is_code(page.text)
    has_entries = sum(_ENTRY.match(line) is not None for line in lines) >= _MIN_ENTRIES
    parts: list[HeadingPart] = []
    for number, line in enumerate(lines):
        place = next(weight for end, weight in _PLACES if number < end)
        if has_entries and _ENTRY.match(line):
            place *= _IN_ROW
        place *= _IN_CODE if is_program else 1.0
        parts += _parts(line, number, place, headings, in_subject)
    return parts


def _parts(
    line: str, number: int, place: float, headings: Sequence[str], in_subject: float
) -> Iterator[HeadingPart]:
    pieces = [piece.strip() for piece in _PARTS.split(line)]
    pieces = [piece for piece in pieces if piece]
    is_row = any(map(_AMOUNT.match, pieces[1:])) or _is_table_head(pieces)
    for column, part in enumerate(pieces):
        if len(part) > _MAX_CHARACTERS:
            continue
        subject = _SUBJECT.match(part)
        written = part[subject.end() :] if subject else part
        text = written[:_SHOWN]
        weight = _by_look(place, text, headings) * (in_subject if subject else 1.0)
        is_cell = is_row or (column > 0 and len(pieces) >= _MIN_COLUMNS)
        weight *= (_IN_ROW if is_cell else 1.0) * _by_context(part)
        joined = _LETTER_SPACED.sub(lambda match: re.sub(r"[ .]", "", match[0]), written)
        bare = _BRACKETS.sub(" ", joined).strip()
        folded = fold(bare if len(bare) >= _MIN_BARE else joined)
        if is_unspaced(folded):
            letters = without_blanks(folded)
            if len(letters) <= _MAX_UNSPACED:
                yield HeadingPart(text, number, (), letters, weight)
        elif (words := split_words(folded)) and len(words) <= _MAX_WORDS:
            yield HeadingPart(text, number, tuple(words), "", weight)


def _is_table_head(pieces: Sequence[str]) -> bool:
    """Tell whether the parts of a line are the heads of columns."""
    return len(pieces) >= _MIN_COLUMNS and not any(map(_DIGIT.search, pieces))


def _by_context(part: str) -> float:
    """Return how much a part counts by what it is."""
    if _FIELD.match(part):
        return _IN_FIELD
    if _LEADER.search(part):
        return _IN_CONTENTS
    return _IN_SENTENCE if part[0].islower() and part[-1] in ".,;" else 1.0


def _by_look(place: float, text: str, headings: Sequence[str]) -> float:
    if not headings:
        return place
    letters = without_blanks(text)
    return 1.0 if any(letters in heading for heading in headings) else place * _ORDINARY
