"""A custom embedder: its constants, where they are found, and which are refused."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.errors import StartupError
from app.jobs.values import Rule
from app.settings import Settings, load_settings
from cli.models import models
from cli.pipeline import require_embedder
from devtools.embeddings import EmbeddingsServer, Reply, always, plain
from tests.unit.worker.classification.labelled_texts import RULES, write_corpus
from tests.unit.worker.classification.tiny_model import write_model
from worker.classification.embedders.base import Prefixes
from worker.classification.embedders.http_client import Endpoint
from worker.classification.embedders.onnx import OnnxEmbedder
from worker.classification.loading import load_embedder, load_engine, remote_of
from worker.parsing.document import Document, DocumentPage

RECIPE = Document(
    "txt", (DocumentPage(0, "Recipe\n\nCooking. Ingredients: flour. Steps: mix, bake."),), 1
)

Place = dict[str, str]
"""Settings that name an embedder and where the models are."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def server(model: Path) -> Iterator[EmbeddingsServer]:
    with EmbeddingsServer(OnnxEmbedder(model, Prefixes())) as running:
        yield running


def fit(place: Place, corpus: Path) -> Place:
    """Fit constants with these settings and return the settings."""
    result = run(place, "fit", "--corpus", str(corpus))
    assert result.exit_code == 0, result.output
    return place


@pytest.fixture(scope="module")
def fitted_to_directory(
    tmp_path_factory: pytest.TempPathFactory, corpus: Path, model: Path
) -> Place:
    models_dir = tmp_path_factory.mktemp("models")
    return fit({"models_dir": str(models_dir), "embedder": str(model)}, corpus)


@pytest.fixture(scope="module")
def fitted_to_server(
    tmp_path_factory: pytest.TempPathFactory, corpus: Path, server: EmbeddingsServer
) -> Place:
    place = {
        "models_dir": str(tmp_path_factory.mktemp("models")),
        "embedder": server.url,
        "embedder_model": "tiny/v1",
        "embedder_batch": "64",
    }
    return fit(place, corpus)


@pytest.fixture(scope="module", params=["directory", "server"])
def fitted(request: pytest.FixtureRequest) -> Place:
    """Settings with which constants were fitted."""
    place: Place = request.getfixturevalue(f"fitted_to_{request.param}")
    return place


# Writing is the same for both kinds of embedders, and fitting takes seconds.
of_a_directory = pytest.mark.parametrize("fitted", ["directory"], indirect=True)


def run(place: Mapping[str, str], *arguments: str) -> Result:
    variables = {f"PIGEONHOLE_{name.upper()}": value for name, value in place.items()}
    return CliRunner().invoke(models, arguments, env=variables)


def settings(place: Mapping[str, str], **others: object) -> Settings:
    return load_settings(**{**place, **others})


def fitted_files(place: Mapping[str, str]) -> list[str]:
    return sorted(path.name for path in (Path(place["models_dir"]) / "fitted").iterdir())


def own_files(place: Mapping[str, str]) -> list[str]:
    """Return the files of embedders, without lexicons, which several may share."""
    return [name for name in fitted_files(place) if not name.startswith("lexicon-")]


def test_fitted_constants_are_used(fitted: Place):
    engine = load_engine(settings(fitted))
    result = engine.classify(RECIPE, [Rule(**rule) for rule in RULES])
    assert result.verdict.type == "recipe"
    assert engine.missing is None
    assert (remote_of(engine) is None) == fitted["embedder"].startswith("/")


def test_nobody_claims_to_know_which_scripts_a_model_has_seen(fitted: Place):
    hebrew = Document("txt", (DocumentPage(0, "חשבונית מס עבור שירותי ייעוץ, סך הכול לתשלום"),), 1)
    engine = load_engine(settings(fitted))
    reasoning = engine.classify(hebrew, [Rule(**rule) for rule in RULES]).verdict.reasoning
    assert "hebrew" not in reasoning.lower()


def test_constants_lie_among_the_models(fitted: Place):
    names = own_files(fitted)
    assert len(fitted_files(fitted)) == len(names) + 1
    assert [name.rpartition(".")[2] for name in names] == ["json", "npz"]
    kind = "onnx-tiny-" if fitted["embedder"].startswith("/") else "http-tiny-v1-"
    assert all(name.startswith(kind) for name in names)


def test_a_worker_s_engine_can_be_tried_before(fitted: Place):
    result = run(fitted, "check")
    assert result.exit_code == 0
    assert "\t24\n" in result.output


def test_what_its_own_process_says_is_passed_on(model: Path, tmp_path: Path):
    place = {"embedder": str(model), "models_dir": str(tmp_path)}
    with pytest.raises(StartupError, match="there are no constants for the embedder onnx:tiny"):
        require_embedder(settings(place))


def test_without_constants_the_command_that_makes_them_is_named(fitted: Place, tmp_path: Path):
    place = {**fitted, "models_dir": str(tmp_path)}
    with pytest.raises(StartupError, match="pigeonhole models fit --corpus DIR") as error:
        load_engine(settings(place))
    assert "\n" not in str(error.value)
    result = run(place, "check")
    assert result.exit_code == 1
    assert "there are no constants for the embedder" in result.output


def test_constants_of_other_knowledge_are_refused(fitted: Place, tmp_path: Path):
    shutil.copytree(Path(fitted["models_dir"]) / "fitted", tmp_path / "fitted")
    (path,) = (tmp_path / "fitted").glob("*-tiny-*.json")
    content = json.loads(path.read_text())
    content["fingerprint"]["knowledge"] = "0" * 16
    path.write_text(json.dumps(content))
    with pytest.raises(StartupError, match=r"were fitted for knowledge .*pigeonhole models fit"):
        load_engine(settings(fitted, models_dir=tmp_path))


@of_a_directory
def test_another_model_has_constants_of_its_own(fitted: Place, corpus: Path, tmp_path: Path):
    models_dir = tmp_path / "models"
    shutil.copytree(fitted["models_dir"], models_dir)
    place = {**fitted, "models_dir": str(models_dir), "embedder_passage_prefix": "a "}
    with pytest.raises(StartupError, match="there are no constants"):
        load_engine(settings(place))
    assert run(place, "fit", "--corpus", str(corpus)).exit_code == 0
    assert len(own_files(place)) == 4
    assert load_engine(settings(place)).classify(RECIPE, [Rule("recipe", "cooking steps")])
    assert load_engine(settings({**fitted, "models_dir": str(models_dir)}))


def test_no_embedder_is_no_embedder_of_one_s_own():
    with pytest.raises(StartupError, match="PIGEONHOLE_EMBEDDER is not set"):
        load_embedder(load_settings())


@of_a_directory
def test_constants_can_be_written_elsewhere(fitted: Place, corpus: Path, tmp_path: Path):
    result = run(fitted, "fit", "--corpus", str(corpus), "--output", str(tmp_path))
    assert result.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == fitted_files(fitted)


@of_a_directory
def test_constants_that_cannot_be_written_are_an_error(fitted: Place, corpus: Path, tmp_path: Path):
    (tmp_path / "fitted").write_text("a file where a directory should be")
    result = run({**fitted, "models_dir": str(tmp_path)}, "fit", "--corpus", str(corpus))
    assert result.exit_code == 1
    assert "the constants cannot be written" in result.output


def test_one_set_of_constants_is_all_there_is(fitted: Place, corpus: Path):
    result = run(fitted, "fit", "--corpus", str(corpus), "--alone")
    assert result.exit_code == 2
    assert "--alone is for the built-in models" in result.output


@pytest.fixture(scope="module")
def place(fitted_to_server: Place) -> Place:
    """A server with constants, whose key is sent, and which is asked once only."""
    return {**fitted_to_server, "embedder_api_key": "key-1", "embedder_tries": "1"}


class TestServer:
    """What only a server can do wrong."""

    def test_the_key_is_sent_and_not_shown(self, server: EmbeddingsServer, place: Place):
        server.asked.clear()
        engine = load_engine(settings(place))
        assert {asked.headers["Authorization"] for asked in server.asked} == {"Bearer key-1"}
        assert {asked.body["model"] for asked in server.asked} == {"tiny/v1"}
        shown = repr(settings(place)) + repr(Endpoint(server.url, "tiny", "key-1", 1, 1))
        assert "key-1" not in shown
        assert engine.missing is None

    def test_another_model_behind_the_same_name_is_refused(
        self, server: EmbeddingsServer, place: Place, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(server, "answer", lambda asked, them: plain(asked, them[:, ::-1]))
        with pytest.raises(StartupError, match=r"returns other vectors .*cosine.*models fit"):
            load_engine(settings(place))

    def test_noise_is_not_another_model(
        self, server: EmbeddingsServer, place: Place, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(server, "answer", lambda asked, them: plain(asked, them * 3 + 0.001))
        assert load_engine(settings(place)).missing is None

    @pytest.mark.parametrize("verb", ["check", "fit"])
    def test_a_server_that_is_away_is_named(
        self, place: Place, corpus: Path, verb: str, unused_url: str
    ):
        arguments = [verb, "--corpus", str(corpus)] if verb == "fit" else [verb]
        result = run({**place, "embedder": unused_url}, *arguments)
        assert result.exit_code == 1
        assert f"PIGEONHOLE_EMBEDDER: the embeddings server {unused_url}" in result.output

    def test_a_server_that_breaks_while_fitting_is_named(
        self,
        server: EmbeddingsServer,
        place: Place,
        corpus: Path,
        monkeypatch: pytest.MonkeyPatch,
    ):
        monkeypatch.setattr(server, "next", [plain])
        monkeypatch.setattr(server, "answer", always(Reply({}, 503)))
        result = run(place, "fit", "--corpus", str(corpus))
        assert result.exit_code == 1
        assert "answered with status 503" in result.output

    @pytest.fixture
    def unused_url(self, model: Path) -> str:
        server = EmbeddingsServer(OnnxEmbedder(model, Prefixes()))
        server.start()
        server.stop()
        return server.url
