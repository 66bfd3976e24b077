"""`pigeonhole models`: the classifier's second model and its fitted constants."""

from pathlib import Path

import click

from app.errors import StartupError
from app.settings import load_settings


@click.group()
def models() -> None:
    """Look after the classifier's models."""


@models.command()
@click.option(
    "--if-possible",
    is_flag=True,
    help="Succeed, with a warning, where the package with the weights is not installed.",
)
def build(*, if_possible: bool) -> None:
    """Make the second embedding model from the package that carries its weights.

    Writes to PIGEONHOLE_MODELS_DIR. Does nothing when the model is there and undamaged.
    """
    # ONNX and ONNX Runtime, which other verbs must not wait for.
    from worker.classification.e5 import manifest  # noqa: PLC0415
    from worker.classification.e5.build import build_model  # noqa: PLC0415
    from worker.classification.e5.weights import find_weights  # noqa: PLC0415

    directory = load_settings().built_models / manifest.NAME
    if manifest.find_fault(directory) is None:
        return
    if if_possible and find_weights() is None:
        click.echo(
            f"WARNING: the second engine, {manifest.NAME}, cannot be built here: there is no"
            " package with its weights for this platform. Pigeonhole works with one engine and"
            " is right less often, most of all about custom types and other languages than 16.",
            err=True,
        )
        return
    click.echo(f"Building {manifest.NAME} (some seconds)", err=True)
    build_model(directory)


@models.command()
@click.option(
    "--corpus",
    "place",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Labelled documents: manifest.csv, the files, rules*.json; text.jsonl there or above.",
)
@click.option(
    "--output",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where to write the constants; by default into the installed package.",
)
@click.option("--alone", is_flag=True, help="Fit only those of the first model alone.")
def fit(place: Path, output: Path | None, *, alone: bool) -> None:
    """Fit the classifier's constants again, after a change of model, bank, panel or chunks.

    There are two sets of them: for both models together, and for the first one alone.
    Only means, word counts and regression coefficients are kept of the documents.
    """
    # These load the model and scikit-learn, which other verbs must not wait for.
    from cli.fitting import fit_constants  # noqa: PLC0415
    from worker.classification.bundled import data_directory, load_second, stem  # noqa: PLC0415
    from worker.classification.remembering import RememberingEmbedder  # noqa: PLC0415
    from worker.classification.use import UseEmbedder  # noqa: PLC0415

    use = RememberingEmbedder(UseEmbedder())
    engines = [[use]]
    try:
        if not alone:
            second = load_second(load_settings().built_models)
            engines.append([RememberingEmbedder(second), use])
        fitted = fit_constants(place, engines)
        with data_directory() as shipped:
            paths = [(output or shipped) / stem(embedders) for embedders in engines]
            for path, constants in zip(paths, fitted, strict=True):
                constants.save(path)
    except StartupError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"the constants cannot be written: {error}") from error
    for path in paths:
        click.echo(f"Wrote {path}.json and {path}.npz")
