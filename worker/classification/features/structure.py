"""The structure of a text: the header lines of a printed mail, and lines of program code."""

import re
from itertools import pairwise

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
# Memos have a date, mails also the time of the day.
_DATED = re.compile(
    r"[\s*>|]{0,9}(?:date|datum|fecha|data|dato|päiväys|tarih|дата|日付|日期|날짜)[\s*|]{0,9}[:：]"
    r".*\d[:.h]\d\d(?![.\d]\d)",
    re.IGNORECASE,
)
_MAIL_LINES = 15

# How a line of a program begins: keywords before signs, imports, assignments, queries, comments.
_STATEMENT = re.compile(
    r"\s*(?:(?:def|class|func|fn|function|const|let|var|public|private|protected|static|export|return"
    r"|type|struct|async|while)\b(?:.*[({=]|.*;\s*$)"
    r"|(?:import|package|using)\s+[\w.*]+;?\s*$|(?:import|from)\b.*(?:\bimport\b|['\"])"
    r"|(?:class|def|elif)\b.*:\s*$"
    r"|[\w.$\[\]]+\s*(?::\s*\w+\s*)?[-+:|]?=\s*\S"
    r"|(?:create|alter|drop|insert|update|select|delete)\s.*\b(?:table|into|index|from|set|view)\b.*[(;]"
    r"|#include\b|//|/\*|\*/|<\?php)",
    re.IGNORECASE,
)
# What ends such a line or stands in it.
_BLOCK = re.compile(
    r".*(?:[{};]\s*$|\w\((?!s\))[^()]*\)\s*:?\s*$|\$[({A-Za-z_]|=>|->|==|!=|&&|\|\||::)"
)
# Ends of lines that other texts have too: of clauses, and of brackets.
_PROSE = re.compile(r"[^=(){}\[\]<>$]*;\s*$|[^=;{}]*\s\([^()]*\)\s*$")
_CODE_LINES, _MIN_CODE_LINES, _CODE_SHARE = 60, 3, 0.4


def has_mail_headers(text: str) -> bool:
    """Tell whether the first lines have a sender, a recipient and a subject, as printed mails."""
    lines = text.lstrip().split("\n")[:_MAIL_LINES]
    # A memo has the same three lines, but no address and no time of sending.
    return any("@" in line or _SENT.match(line) or _DATED.match(line) for line in lines) and all(
        any(header.match(line) for line in lines) for header in _MAIL_HEADERS
    )


def is_code(text: str) -> bool:
    """Tell whether a text is a program: two in five of its first lines look like it.

    Data such as JSON is none: its keys may say what it is.
    """
    written = [line for line in text.split("\n") if line.strip()]
    # Comments of several lines, such as a licence, say nothing; a single one may be a heading.
    lines = [
        line
        for before, line in pairwise(["", *written])
        if not (line.startswith("# ") and before.startswith("#"))
    ][:_CODE_LINES]
    if not lines or lines[0].lstrip().startswith(("{", "[")):
        return False
    found = sum(map(_is_statement, lines))
    return lines[0].startswith("#!") or found >= max(_MIN_CODE_LINES, _CODE_SHARE * len(lines))


def _is_statement(line: str) -> bool:
    return _STATEMENT.match(line) is not None or (
        _BLOCK.match(line) is not None and not _PROSE.fullmatch(line)
    )
