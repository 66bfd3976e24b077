"""USE as it is built: the same vectors as NumPy's, shared files, and a refusal of others."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import onnx
import pytest

from app.errors import StartupError
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.embedders.onnx_session import ForkedSession
from worker.classification.embedders.use import manifest
from worker.classification.embedders.use.build import build_model
from worker.classification.embedders.use.graph import build_graph
from worker.classification.embedders.use.model import QuantisedUseEmbedder
from worker.classification.embedders.use.numpy_model import UseEmbedder

PASSAGES = [*TEXTS.values(), "Invoice", "", "7", "\ud800", "word " * 3_000]


@pytest.fixture(scope="module")
def quantised(use_directory: Path) -> QuantisedUseEmbedder:
    return QuantisedUseEmbedder(use_directory)


@pytest.fixture(scope="module")
def plain() -> UseEmbedder:
    return UseEmbedder()


def test_the_network_is_that_of_numpy(
    use_directory: Path, tmp_path: Path, plain: UseEmbedder
) -> None:
    copied = tmp_path / "use"
    shutil.copytree(use_directory, copied)
    with as_file(files(manifest.MODULE) / "resources" / "weights.npz") as path:
        weights = dict(np.load(path, allow_pickle=False))
    precise = QuantisedUseEmbedder(copied)
    onnx.save(build_graph(weights), copied / "precise.onnx")
    precise._session = ForkedSession(copied / "precise.onnx", threads=1)

    np.testing.assert_allclose(
        precise.embed(PASSAGES, "passage"), plain.embed(PASSAGES, "passage"), atol=1e-4
    )


def test_integer_weights_change_little(quantised: QuantisedUseEmbedder, plain: UseEmbedder) -> None:
    texts = list(TEXTS.values())
    cosines = (quantised.embed(texts, "passage") * plain.embed(texts, "passage")).sum(axis=1)

    assert cosines.min() > 0.97
    assert cosines.mean() > 0.99


def test_a_vector_depends_on_its_text_only(quantised: QuantisedUseEmbedder) -> None:
    together = quantised.embed(PASSAGES, "passage")
    alone = [quantised.embed([text], "query")[0] for text in reversed(PASSAGES)]

    assert np.array_equal(together, np.array(alone[::-1]))
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert quantised.embed([], "passage").shape == (0, 512)


def test_a_damaged_model_is_refused_and_built_again(use_directory: Path, tmp_path: Path) -> None:
    copied = tmp_path / manifest.MODEL.name
    shutil.copytree(use_directory, copied)
    (copied / manifest.SCALES).write_bytes(b"")

    with pytest.raises(StartupError, match=r"damaged: scales\.npy .*run `pigeonhole models build`"):
        QuantisedUseEmbedder(copied)
    build_model(copied)

    assert manifest.MODEL.find_fault(copied) is None
    for name in manifest.MODEL.files:
        assert (copied / name).read_bytes() == (use_directory / name).read_bytes()
