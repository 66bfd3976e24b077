"""The structure of a text: blanks to fill in, numbered sections, rows of transactions."""

import re

_MACHINE_READABLE_ZONE = re.compile(
    r"(?:P|I|ID|V|AC)[A-Z<][A-Z]{3}[A-Z<]{5,80}<<|<{4}|[A-Z0-9]{9}\d[A-Z]{3}\d{7}[MFX<]\d{7}"
)
_BLANK = re.compile(r"_{3,}|\.{6,}|…{3,}|[☐□❑▢]|\[ ?\]|\(\s\)")
_MIN_BLANKS = 5

# The header lines of a printed mail, as mail programs write them.
_SENDERS = (
    "from|von|de|da|van|od|från|fra|lähettäjä|kimden|от|від|差出人|发件人|寄件者|보낸 ?사람|من"
)
_RECIPIENTS = (
    "to|an|à|para|a|aan|do|komu|till|til|vastaanottaja|kime|кому|宛先|收件人|收件者|받는 ?사람|إلى"
)
_SUBJECTS = (
    "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|temat|předmět|predmet|ämne|emne|aihe"
    "|konu|тема|件名|主题|主旨|제목|الموضوع"
)
_MAIL_HEADERS = tuple(
    re.compile(rf"[\s*>|]{{0,9}}(?:{words})[\s*|]{{0,9}}[:：]", re.IGNORECASE)
    for words in (_SENDERS, _RECIPIENTS, _SUBJECTS)
)
_SENT = re.compile(
    r"[\s*>|]{0,9}(?:sent|gesendet|envoyé|enviado|inviato|enviada|verzonden|wysłano|skickat|sendt"
    r"|送信日時|发送时间|보낸 날짜)[\s*|]{0,9}[:：]",
    re.IGNORECASE,
)
_MAIL_LINES = 15

# A heading "§ 3", "Article 3", "Art. 3" at the beginning of a line, in the languages whose word
# for it has no other meaning.
_SECTION = re.compile(
    r"^[ \t#*>|]{0,20}(?:§+|art(?:icle|ikel|ículo|iculo|igo|icolo|ykuł|\.)|section"
    r"|статья|madde|المادة|第|제)"
    r"[ \t]{0,5}\.?[ \t]{0,5}([0-9ivx一二三四五六七八九十百]{1,5})",
    re.IGNORECASE | re.MULTILINE,
)
_MIN_SECTIONS = 3
_SECTIONS_PER_WORD = 0.002

_MONTHS = (
    "jan|feb|mar|apr|may|mai|jun|jul|aug|sep|okt|oct|nov|dec|dez|ene|abr|ago|dic|fév|avr|aoû|déc"
)
_DATE = re.compile(
    r"\b(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
    rf"|\d{{1,2}}[ -](?:{_MONTHS})[a-z]{{0,9}}\.?(?:[ -]\d{{2,4}})?"
    rf"|(?:{_MONTHS})[a-z]{{0,9}} \d{{1,2}})\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?<![\w.:/])(?<!\d,)[-+(]?\s?[$€£¥]?(?:\d{1,3}(?:[.,' ]\d{3}){1,4}|\d{1,12})[.,]\d{1,2}"
    r"(?![\w.:/])"
)
# In the text of a PDF the date and the amount of a row may be some lines apart.
_ROW_LINES = 4
_MIN_ROWS = 5
_MANY_ROWS = 12
_SHARE_OF_ROWS = 0.2


def has_machine_readable_zone(text: str) -> bool:
    """Tell whether the text has a machine-readable zone, as identity documents do (ICAO 9303)."""
    return _MACHINE_READABLE_ZONE.search(text.replace(" ", "")) is not None


def has_mail_headers(text: str) -> bool:
    """Tell whether the first lines have a sender, a recipient and a subject, as printed mails."""
    lines = text.lstrip().split("\n")[:_MAIL_LINES]
    # A memo has the same three lines, but no address and no time of sending.
    return any("@" in line or _SENT.match(line) for line in lines) and all(
        any(header.match(line) for line in lines) for header in _MAIL_HEADERS
    )


def has_blanks(text: str) -> bool:
    """Tell whether the text has at least 5 blanks or boxes, more than one in 100 words."""
    blanks = len(_BLANK.findall(text))
    return blanks >= _MIN_BLANKS and blanks > 0.01 * len(text.split())


def has_numbered_sections(text: str) -> bool:
    """Tell whether lines begin with at least 3 different numbers of sections or articles."""
    numbers = {match[1].casefold() for match in _SECTION.finditer(text)}
    return len(numbers) >= _MIN_SECTIONS and len(numbers) > _SECTIONS_PER_WORD * len(text.split())


def has_transactions(text: str) -> bool:
    """Tell whether 12 rows have a date and an amount, or 5 that are a fifth of all rows."""
    rows = lines = left = 0
    for line in text.splitlines():
        if not line.strip():
            continue
        lines += 1
        without_dates = _DATE.sub(" ", line)
        if without_dates != line:
            left = _ROW_LINES
        if left and _AMOUNT.search(without_dates):
            rows += 1
            left = 0
        left = max(0, left - 1)
    return rows >= _MANY_ROWS or (rows >= _MIN_ROWS and rows >= _SHARE_OF_ROWS * lines)
