from dataclasses import replace

from app.jobs.reasoning import Reasoning

WHOLE = """\
Probably "receipt" (62%): please check.
Warning: there is little text to go by.
- It calls itself “Till slip”.
- All of it was read: 1 page.
Details:
1. Compared 1 passage.
2. Scores: "receipt" 2.10."""
OLD = """\
Classified as "invoice": 5.0 standard deviations above 689 generic document types.
1. Read 1 of 1 page."""


def test_the_layers_make_the_text() -> None:
    layers = Reasoning.of(
        ['Probably "receipt" (62%): please check.', "Warning: there is little text to go by."],
        ["It calls itself “Till slip”.", "All of it was read: 1 page."],
        ["Compared 1 passage.", 'Scores: "receipt" 2.10.'],
    )

    assert layers.text == WHOLE
    assert Reasoning.from_text(WHOLE) == layers


def test_a_text_of_an_older_result_has_no_layers() -> None:
    assert Reasoning.from_text(OLD) is None


def test_beside_a_type_and_its_confidence_stands_what_they_do_not_say() -> None:
    reasons = ("It calls itself “Till slip”.", "All of it was read: 1 page.")
    bare = Reasoning('Very likely "till slip" (98%).', reasons, "1. ...")

    assert bare.why == "It calls itself “Till slip”."
    assert replace(bare, reasons=reasons[1:]).why == bare.summary
    assert replace(bare, summary='Likely "a" (98%).\nWarning: b.').why == (
        "It calls itself “Till slip”. Warning: b."
    )
    unsure = 'Probably "a" (62%): please check; "b" is close.'
    assert replace(bare, summary=unsure).why == unsure


def test_line_breaks_in_words_of_a_document_change_no_layer() -> None:
    layers = Reasoning.of(["a\nDetails:\nb"], ["“x\n- y”"], ["z\nDetails:"])

    assert Reasoning.from_text(layers.text) == layers
    assert layers.reasons == ("“x - y”",)
    assert layers.text.split("\n") == ["a Details: b", "- “x - y”", "Details:", "1. z Details:"]
