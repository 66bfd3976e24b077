"""The structure of a text: the header lines of a printed mail."""

import re

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


def has_mail_headers(text: str) -> bool:
    """Tell whether the first lines have a sender, a recipient and a subject, as printed mails."""
    lines = text.lstrip().split("\n")[:_MAIL_LINES]
    # A memo has the same three lines, but no address and no time of sending.
    return any("@" in line or _SENT.match(line) for line in lines) and all(
        any(header.match(line) for line in lines) for header in _MAIL_HEADERS
    )
