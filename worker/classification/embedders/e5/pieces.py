"""The vocabulary of the e5 model as a SentencePiece model."""

from sentencepiece.sentencepiece_model_pb2 import ModelProto, NormalizerSpec, TrainerSpec

from worker.classification.embedders.e5.weights import Vocabulary

_MASK = "<mask>"


def pack_pieces(vocabulary: Vocabulary) -> bytes:
    """Return a serialized SentencePiece model with the pieces of the vocabulary.

    It normalises only blanks, because the tokenizer replaces characters itself. All special
    pieces, `<mask>` too, are control pieces: the text "<mask>" in a document is six characters.
    """
    kinds = ModelProto.SentencePiece
    special = {vocabulary.begin, vocabulary.end, vocabulary.pad}
    pieces = []
    for position, (piece, score) in enumerate(
        zip(vocabulary.pieces, vocabulary.scores, strict=True)
    ):
        kind = kinds.NORMAL
        if position == vocabulary.unknown:
            kind = kinds.UNKNOWN
        elif position in special or piece == _MASK:
            kind = kinds.CONTROL
        pieces.append(kinds(piece=piece, score=score, type=kind))
    trainer = TrainerSpec(
        model_type=TrainerSpec.UNIGRAM,
        unk_id=vocabulary.unknown,
        bos_id=vocabulary.begin,
        eos_id=vocabulary.end,
        pad_id=vocabulary.pad,
        unk_piece=vocabulary.pieces[vocabulary.unknown],
        bos_piece=vocabulary.pieces[vocabulary.begin],
        eos_piece=vocabulary.pieces[vocabulary.end],
        pad_piece=vocabulary.pieces[vocabulary.pad],
    )
    # A blank is added at the beginning, runs of blanks become one, and blanks become U+2581.
    normalizer = NormalizerSpec(
        name="identity",
        add_dummy_prefix=True,
        remove_extra_whitespaces=True,
        escape_whitespaces=True,
    )
    model = ModelProto(pieces=pieces, trainer_spec=trainer, normalizer_spec=normalizer)
    return bytes(model.SerializeToString(deterministic=True))
