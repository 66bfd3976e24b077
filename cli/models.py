"""`pigeonhole models`: build the embedding models, fit and check the classifier's constants."""

from dataclasses import dataclass
from pathlib import Path

import click

from app.errors import StartupError
from app.settings import load_settings
from cli.tables import example, json_option, print_json, print_table


@click.group()
def models() -> None:
    """Build, fit and check the classifier's models."""


@models.command(epilog=example("pigeonhole models build"))
@click.option(
    "--if-possible",
    is_flag=True,
    help="Succeed with a warning if the package with the weights is not installed.",
)
def build(*, if_possible: bool) -> None:
    """Build the embedding models from the packages with their weights.

    Write them to PIGEONHOLE_MODELS_DIR. Do nothing for an undamaged model.
    """
    # ONNX and ONNX Runtime load slowly; other verbs do not need them.
    from worker.classification.embedders.e5 import build as e5_build  # noqa: PLC0415
    from worker.classification.embedders.e5 import manifest as e5  # noqa: PLC0415
    from worker.classification.embedders.e5.weights import find_weights  # noqa: PLC0415
    from worker.classification.embedders.use import build as use_build  # noqa: PLC0415
    from worker.classification.embedders.use import manifest as use  # noqa: PLC0415

    directory = load_settings().built_models
    if if_possible and find_weights() is None:
        click.echo(
            f"WARNING: {e5.MODEL.name} cannot be built: the package with its weights does not exist"
            " for this platform. Pigeonhole works with USE alone and is less accurate, above all"
            " for custom types and in languages other than the 16 of USE.",
            err=True,
        )
        return
    builds = ((e5.MODEL, e5_build.build_model), (use.MODEL, use_build.build_model))
    for model, build_model in builds:
        if model.find_fault(directory / model.name) is not None:
            click.echo(f"Building {model.name} (takes a few seconds)", err=True)
            build_model(directory / model.name)


@models.command(epilog=example("pigeonhole models fit --corpus labelled"))
@click.option(
    "--corpus",
    "places",
    required=True,
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory of labelled documents: manifest.csv, the files, rules*.json, and text.jsonl"
    " there or in a parent directory. Several may be given.",
)
@click.option(
    "--output",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory for the constants.  [default: the installed package; "
    "with PIGEONHOLE_EMBEDDER: PIGEONHOLE_MODELS_DIR]",
)
@click.option("--alone", is_flag=True, help="Fit only the constants of USE alone.")
def fit(places: tuple[Path, ...], output: Path | None, *, alone: bool) -> None:
    """Fit the classifier's constants on labelled documents.

    Needed after a change of model, knowledge or chunks.

    The built-in models have two sets: for both together, and for USE alone. The embedder of
    PIGEONHOLE_EMBEDDER has one. The constants contain means, word counts and regression
    coefficients, but no text of the documents.
    """
    # These load the models; other verbs do not need them.
    from cli import fitting  # noqa: PLC0415

    settings = load_settings()
    if alone and settings.embedder:
        raise click.UsageError("--alone is for the built-in models: unset PIGEONHOLE_EMBEDDER.")
    try:
        if settings.embedder:
            paths = fitting.fit_custom(places, settings, output)
        else:
            paths = fitting.fit_built_in(places, settings, output, alone=alone)
    except StartupError as error:
        raise click.ClickException(str(error)) from error
    for path in paths:
        click.echo(f"Wrote {path}.json and its vectors")


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """An embedding model that workers load."""

    name: str
    version: str
    dimensions: int


@dataclass(frozen=True, slots=True)
class LoadedModels:
    """The models, in their order of weight, and a sentence about a missing one, or null."""

    models: list[LoadedModel]
    missing: str | None


@models.command(epilog=example("pigeonhole models check"))
@json_option(LoadedModels)
def check(*, as_json: bool) -> None:
    """Load the classifier as a worker does, and print its models."""
    from worker.classification.loading import load_engine  # noqa: PLC0415

    try:
        engine = load_engine(load_settings())
    except StartupError as error:
        raise click.ClickException(str(error)) from error
    loaded = [
        LoadedModel(each.name, each.version, each.dimension) for each in engine.scorer.embedders
    ]
    if as_json:
        print_json(LoadedModels(loaded, engine.missing))
        return
    rows = [(each.name, each.version, each.dimensions) for each in loaded]
    print_table(["model", "version", "dimensions"], rows)
    if engine.missing is not None:
        click.echo(f"WARNING: {engine.missing}", err=True)
