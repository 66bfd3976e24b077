"""Cutting text into the pieces that the model knows, as SentencePiece does."""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sentencepiece import SentencePieceProcessor

from worker.classification.embedders.e5.weights import Vocabulary

Ids = npt.NDArray[np.int64]

# No text that the classifier embeds is longer; the cost of a caller's mistake stays bounded.
_MAX_CHARACTERS = 8_000

# From sentencepiece_model.proto: the kinds of pieces.
_NORMAL, _UNKNOWN, _CONTROL = 1, 2, 3
_UNIGRAM = 1


def write_model(vocabulary: Vocabulary) -> bytes:
    """Return a SentencePiece model, a protobuf message, with the pieces of the vocabulary.

    Fields by number, as in sentencepiece_model.proto: ModelProto 1 pieces, 2 trainer,
    3 normalizer; a piece 1 text, 2 score, 3 kind. It normalises nothing but blanks: the
    characters were replaced before. All special pieces, `<mask>` too, are control pieces, so
    that a document that says "<mask>" has said six characters.
    """
    special = {vocabulary.begin, vocabulary.end, vocabulary.pad}
    message = []
    for position, (piece, score) in enumerate(
        zip(vocabulary.pieces, vocabulary.scores, strict=True)
    ):
        kind = _NORMAL
        if position == vocabulary.unknown:
            kind = _UNKNOWN
        elif position in special or piece == "<mask>":
            kind = _CONTROL
        message.append(_field(1, _field(1, piece.encode()) + _float(2, score) + _number(3, kind)))
    pieces = vocabulary.pieces
    trainer = [
        _number(3, _UNIGRAM),
        _number(40, vocabulary.unknown),
        _number(41, vocabulary.begin),
        _number(42, vocabulary.end),
        _number(43, vocabulary.pad),
        _field(45, pieces[vocabulary.unknown].encode()),
        _field(46, pieces[vocabulary.begin].encode()),
        _field(47, pieces[vocabulary.end].encode()),
        _field(48, pieces[vocabulary.pad].encode()),
    ]
    # A leading blank is added, runs of blanks become one, and blanks are written as U+2581.
    normalizer = [_field(1, b"identity"), _number(3, 1), _number(4, 1), _number(5, 1)]
    message += [_field(2, b"".join(trainer)), _field(3, b"".join(normalizer))]
    return b"".join(message)


class Tokenizer:
    """Turns text into ids, at most `longest` of them with those of the beginning and the end."""

    def __init__(self, model: Path, normalisation: dict[int, str], longest: int) -> None:
        self._processor = SentencePieceProcessor(model_file=str(model))
        # The model's table lacks NUL, which says as little as the other control characters.
        self._normalisation = {0: "", **normalisation}
        self._longest = longest

    def ids(self, text: str) -> Ids:
        """Return the ids of a text's pieces, shape (n,), 2 <= n <= longest. Any string will do."""
        # Cut before and after: some characters become many, U+FDFA eighteen.
        encodable = text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode()
        normalised = encodable.translate(self._normalisation)[:_MAX_CHARACTERS]
        pieces = self._processor.encode(normalised, out_type=int)[: self._longest - 2]
        begin, end = self._processor.bos_id(), self._processor.eos_id()
        return np.array([begin, *pieces, end], dtype=np.int64)


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    written.append(value)
    return bytes(written)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content
