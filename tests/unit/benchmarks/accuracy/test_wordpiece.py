from pathlib import Path

import pytest

from benchmarks.accuracy.wordpiece import WordPiece

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "pay", "##ment", "##s", "cafe", "!", "$", "東", "5"]


@pytest.fixture
def tokenizer(tmp_path: Path) -> WordPiece:
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(PIECES), encoding="utf-8")
    return WordPiece(vocabulary)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("pay payments", ["pay", "pay", "##ment", "##s"]),
        ("CAFÉ!", ["cafe", "!"]),
        ("$5", ["$", "5"]),
        ("東5", ["東", "5"]),
        ("pay\x00\u200b", ["pay"]),
        ("paying", ["[UNK]"]),
        ("pay" * 40, ["[UNK]"]),
    ],
)
def test_texts_are_cut_into_the_longest_known_pieces(
    tokenizer: WordPiece, text: str, pieces: list[str]
):
    expected = [PIECES.index(piece) for piece in ["[CLS]", *pieces, "[SEP]"]]
    assert tokenizer.ids(text, 64) == expected


def test_long_texts_are_cut(tokenizer: WordPiece):
    assert tokenizer.ids("pay " * 100, 8) == [2, *[4] * 6, 3]
