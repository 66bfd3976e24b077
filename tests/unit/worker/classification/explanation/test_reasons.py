"""The evidence in words, from evidence made by hand."""

from dataclasses import replace

from app.jobs.values import Quote
from tests.unit.worker.classification.explanation.made_evidence import (
    evidence,
    null,
    ranked,
    scored,
)
from worker.classification.explanation.evidence import (
    ActFound,
    Alternative,
    Corrections,
    CueFound,
    Evidence,
    OwnName,
    Understood,
    WithoutLabels,
)
from worker.classification.explanation.outcome import find_outcome
from worker.classification.explanation.reasons import MAX_REASONS, write_reasons
from worker.classification.learning.model import NearestFile, Neighbour

MAIL = CueFound("it is an e-mail", 1.5)
NAME = OwnName("Rechnung Nr. 7", "invoice", 1.0, 2.0)
QUOTE = Quote(2, "Please pay within 14 days.")
CUSTOM = Understood((), (), None)


def reasons(made: Evidence) -> list[str]:
    scoring = made.scoring
    if scoring is None:
        return write_reasons(made, find_outcome(made, None, 0.4, None))
    if scoring.is_null:
        return write_reasons(made, find_outcome(made, None, scoring.null_probability, None))
    chosen = scoring.ranking[0].type
    return write_reasons(made, find_outcome(made, chosen, scoring.match_probability, None))


def test_a_match_tells_name_line_words_form_and_pages() -> None:
    scoring = scored(own_name=NAME, quote=QUOTE, shared_words=("pay", "days"), cues=(MAIL,))

    assert reasons(evidence(scoring, form_fields=2, pages_by_ocr=1)) == [
        'It calls itself “Rechnung Nr. 7”, a name for "invoice".',
        (
            "The line that speaks most for it: “Please pay within 14 days.” (page 3). Words in"
            " both it and your rule: pay, days."
        ),
        (
            "It has 2 blanks to fill in. It is an e-mail. All of it was read: 1 page, by OCR (text"
            " recognition)."
        ),
    ]


def test_a_line_that_is_the_name_is_not_repeated() -> None:
    name = OwnName("INVOICE", "invoice", 1.0, 2.0)
    scoring = scored(own_name=name, quote=Quote(0, "INVOICE"), shared_words=("invoice",))

    assert reasons(evidence(scoring))[:2] == [
        "It calls itself “INVOICE” (page 1).",
        "Words in both it and your rule: invoice.",
    ]


def test_a_name_of_a_kind_is_tied_to_the_rule() -> None:
    name = OwnName("TAX INVOICE", "tax invoice", 1.0, 2.0)
    understood = Understood(("receipt",), ("tax invoice",), "receipt")
    ranking = (ranked("till_slip", 4.0), ranked("letter", 2.0))

    assert reasons(evidence(scored(own_name=name, understood=understood, ranking=ranking)))[0] == (
        'It calls itself “TAX INVOICE”, which your rule "till_slip" includes.'
    )
    same_word = (ranked("invoice", 4.0), ranked("letter", 2.0))
    assert (
        reasons(evidence(scored(own_name=name, understood=understood, ranking=same_word)))[0]
        == "It calls itself “TAX INVOICE”."
    )


def test_phrases_tell_what_the_document_does() -> None:
    act = ActFound("asks for payment", ("zahlbar innerhalb", "Rechnungsbetrag"), 2.0)

    assert reasons(evidence(scored(act=act, quote=QUOTE)))[:2] == [
        "It asks for payment: “zahlbar innerhalb”, “Rechnungsbetrag”.",
        "The line that speaks most for it: “Please pay within 14 days.” (page 3).",
    ]
    assert not any("asks for payment" in reason for reason in reasons(evidence(null(0.9, act=act))))


def test_nothing_speaks_for_a_rule_that_was_rejected() -> None:
    scoring = null(0.99, own_name=NAME, cues=(MAIL,))

    assert reasons(evidence(scoring)) == [
        'The closest of your rules is "invoice", and it fits poorly.',
        "All of it was read: 1 page.",
    ]


def test_nothing_speaks_for_any_other_rule_that_was_rejected() -> None:
    name = OwnName("Quittung", "receipt", 1.0, 0.0)
    mail = CueFound("it is an e-mail", 0.0)
    receipt = replace(ranked("receipt", 1.0, named=1.0), bonus=1.5)
    scoring = null(0.9, own_name=name, cues=(mail,), ranking=(ranked("invoice", 1.5), receipt))

    assert reasons(evidence(scoring)) == [
        'The closest of your rules is "invoice", and it fits poorly.',
        "All of it was read: 1 page.",
    ]


def test_null_tells_what_the_document_is_and_what_to_do() -> None:
    name = OwnName("Urteil", "court judgment", 1.0, 0.0)
    mail = CueFound("it is an e-mail", 0.0)
    scoring = null(0.99, own_name=name, cues=(mail,), better_alternatives=2)

    assert reasons(evidence(scoring)) == [
        'It calls itself “Urteil”, a name for "court judgment".',
        'The closest of your rules is "invoice", and it fits poorly.',
        "If you expect documents like this one, add a rule for them.",
        "It is an e-mail. All of it was read: 1 page.",
    ]


def test_an_unsure_null_tells_what_to_do_if_the_rule_is_right() -> None:
    assert reasons(evidence(null(0.6, match=0.4)))[0] == (
        'The closest of your rules is "invoice". If it is right, say in its description what this'
        " document contains."
    )
    alone = null(0.6, match=0.4, ranking=(ranked("invoice", 1.0),))
    assert reasons(evidence(alone, rules=1))[0] == (
        'If "invoice" is right, say in its description what this document contains.'
    )
    sure = null(0.99, ranking=(ranked("invoice", 1.0),))
    assert reasons(evidence(sure, rules=1)) == ["All of it was read: 1 page."]


def test_an_exclusion_is_reported() -> None:
    scoring = null(0.99, ranking=(ranked("letter", 1.0), ranked("invoice", 0.5, excluded=2.0)))

    assert reasons(evidence(scoring))[0] == (
        'Your description of "invoice" excludes something that this looks more like, which counts'
        " against it."
    )


def test_what_it_would_also_be() -> None:
    close = reasons(evidence(scored(match_probability=0.62)))
    better = reasons(evidence(scored(alternative=Alternative("delivery note", 4.5))))
    ranking = (ranked("invoice", 4.0, lifted=1.0),)
    understood = Understood(("invoice",), ("freight invoice",), "freight invoice")
    kind = reasons(evidence(scored(ranking=ranking, understood=understood)))

    assert close[0].startswith('The next choice would be "receipt". If that is right, say in both')
    assert better[0].startswith('It looks even more like "delivery note", for which you have no')
    assert kind[0].startswith('It looks most like "freight invoice", which your rule "invoice"')


def test_types_of_your_own_and_examples() -> None:
    assert reasons(evidence(scored(understood=CUSTOM)))[0] == (
        '"invoice" is a type of your own, known from your description alone.'
    )
    unsure = scored(understood=CUSTOM, match_probability=0.7, null_probability=0.25)
    assert reasons(evidence(unsure))[0] == (
        '"invoice" is a type of your own, known from your description alone: examples of it would'
        " help."
    )
    assert reasons(evidence(scored(understood=CUSTOM, examples=1)))[0] == (
        '"invoice" is a type of your own, known from your description and your 1 example.'
    )
    assert reasons(evidence(scored(examples=3)))[0] == (
        'It was also compared with your 3 examples of "invoice".'
    )


def test_what_was_read() -> None:
    def read(**pages: int | bool) -> str:
        return reasons(evidence(scored(), **pages))[-1]

    assert read(pages_read=3, total_pages=3) == "All of it was read: 3 pages."
    assert read(pages_read=3, total_pages=3, pages_by_ocr=2) == (
        "All of it was read: 3 pages, 2 of them by OCR."
    )
    assert read(total_pages=9) == "Only the first of 9 pages was read."
    assert read(pages_read=5, total_pages=9) == "Only the first 5 of 9 pages were read."
    assert read(pages_read=2, total_pages=9, is_from_start=False) == "2 of 9 pages were read."
    assert read(pages_read=2, total_pages=9, pages_by_ocr=2, pages_not_needed=3) == (
        "Only the first 2 of 9 pages were read, by OCR (text recognition). That is enough"
        " for a verdict."
    )
    assert reasons(evidence(None, chunks=0, pages_read=2, total_pages=2, pages_by_ocr=2)) == [
        "Looked at 2 of 2 pages, by OCR (text recognition)."
    ]


def test_there_are_never_more_than_four() -> None:
    scoring = scored(
        ranking=(ranked("invoice", 4.0, excluded=1.0), ranked("receipt", 3.0)),
        own_name=NAME,
        quote=QUOTE,
        match_probability=0.6,
        examples=2,
    )
    found = reasons(evidence(scoring))

    assert len(found) == MAX_REASONS
    assert found[-1] == "All of it was read: 1 page."


def test_the_label_of_a_copy_is_told_first() -> None:
    same = NearestFile(Neighbour("scan.pdf", "invoice", "Please pay"), 1.0)
    near = NearestFile(Neighbour("scan.pdf", "memo", ""), 0.98)
    nothing = NearestFile(Neighbour("scan.pdf", None, ""), 1.0)

    def first(file: NearestFile) -> str:
        return reasons(evidence(null(0.98, corrections=Corrections(1, None, file, file))))[0]

    assert first(same) == 'You filed this very document as "invoice" (scan.pdf).'
    assert first(near) == (
        'You filed a near copy of this document as "memo" (scan.pdf), for which you have no rule.'
    )
    assert first(nothing) == "You filed this very document as fitting no rule (scan.pdf)."


def test_what_labels_changed_is_reported() -> None:
    near = NearestFile(Neighbour("a.pdf", "invoice", "Please pay"), 0.4)
    copy = NearestFile(Neighbour("a.pdf", "invoice", ""), 1.0)

    def first(corrections: Corrections) -> str:
        return reasons(evidence(scored(corrections=corrections)))[0]

    changed = Corrections(5, 0.3, near, changed=WithoutLabels("receipt", 0.534))
    alike = 'The most alike is a.pdf, labelled as "invoice": “Please pay”.'
    assert first(changed) == (
        f'Your corrections changed the answer: without them it would be "receipt" (53%). {alike}'
    )
    assert first(replace(changed, changed=WithoutLabels(None, 0.534))) == (
        f"Your corrections changed the answer: without them no rule would fit (53%). {alike}"
    )
    assert first(Corrections(1, None, copy, copy, changed=WithoutLabels(None, 0.7))) == (
        'You filed this very document as "invoice" (a.pdf). Without your label no rule would fit'
        " (70%)."
    )


def test_labels_are_told_only_where_they_matter() -> None:
    alike = NearestFile(Neighbour("a.pdf", "invoice", ""), 0.31)
    unlike = replace(alike, similarity=0.2)
    changed = WithoutLabels("receipt", 0.53)

    def is_told(corrections: Corrections) -> bool:
        return "orrections" in " ".join(reasons(evidence(scored(corrections=corrections))))

    assert is_told(Corrections(5, 0.3, alike))
    assert is_told(Corrections(5, 0.3, unlike, changed=changed))
    assert not is_told(Corrections(5, 0.3, unlike))


def test_copies_that_were_filed_differently_are_named() -> None:
    one = NearestFile(Neighbour("a.pdf", "invoice", ""), 1.0)
    other = NearestFile(Neighbour("b.pdf", "receipt", ""), 1.0)
    alone = Corrections(2, None, one, None, (one, other))
    conflict = (
        'You filed copies of it differently, a.pdf as "invoice" and b.pdf as "receipt": correct'
        " one."
    )

    assert reasons(evidence(scored(corrections=alone)))[0] == conflict
    counted = replace(alone, added=1.0)
    assert reasons(evidence(scored(corrections=counted)))[0] == (
        f'{conflict} Your corrections counted. The most alike is a.pdf, labelled as "invoice".'
    )
