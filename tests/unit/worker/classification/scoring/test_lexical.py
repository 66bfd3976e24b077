from worker.classification.scoring.lexical import LexicalChannel, Lexicon

LEXICON = Lexicon(("invoice", "mit", "rechnung", "the"), (3.0, 4.5, 6.0, 0.0))


def test_shared_words_are_those_that_tell_something_the_rarest_first() -> None:
    channel = LexicalChannel(LEXICON, ["the invoice"])
    document = {"rechnung", "mit", "für", "the", "invoice", "nummer"}

    shared = channel.shared_words(document, "The invoice, Rechnung mit Nummer für Waren")

    assert shared == ("nummer", "rechnung", "invoice")
