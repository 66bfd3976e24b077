"""`python -m benchmarks.accuracy.learning_cost`: what a fit of many labels and its use cost.

The vectors and scores are invented, as many and as long as those of real documents. Memory is that
of the whole process, with the engine, as in a worker; the processor time is that of one thread.
"""

import argparse
import resource
import time
from collections.abc import Iterator
from uuid import UUID

import numpy as np
from rich.console import Console

from app.jobs.values import Rule
from benchmarks.accuracy.tables import new_table
from worker.classification.embedders.base import Vectors, normalise
from worker.classification.engine import Engine
from worker.classification.learning.form import SCALES
from worker.classification.learning.model import LearnedModel
from worker.classification.learning.observation import Observation, StageObservation
from worker.classification.learning.storage import (
    pack_model,
    pack_observations,
    unpack_model,
    unpack_observations,
)
from worker.classification.loading import limit_blas_threads, load_built_in_engine
from worker.learning.fit import LabelledObservation, choose_checked, fit_model

TYPES = 25
_COMPARISONS = 200
_SEED = 47


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=int, default=10_000, help="how many [10,000]")
    count: int = parser.parse_args().labels
    limit_blas_threads()
    table = new_table(
        f"{count} labels of {TYPES} types: what a fit costs",
        "measure",
        right=("value",),
    )
    for name, value in _measure(load_built_in_engine(), count):
        table.add_row(name, value)
    Console(width=100).print(table)


def _measure(engine: Engine, count: int) -> Iterator[tuple[str, str]]:
    """Fit so many invented labels; yield the name and the value of each figure."""
    rules = [Rule(f"type {number}", f"Papers of the kind {number}.") for number in range(TYPES)]
    yield "peak memory of the process with the engine", f"{_peak_mib():.0f} MiB"
    # As a worker that fits again: from the bytes of the last fit.
    stored = pack_observations(dict(_invent(engine, count)))
    known = unpack_observations(stored)
    del stored
    seen = [
        LabelledObservation(file_id, "a file.pdf", rules[row % TYPES].type, known[file_id])
        for row, file_id in enumerate(sorted(known))
    ]
    yield "with what was seen of the files", f"{_peak_mib():.0f} MiB"
    began = time.process_time()
    fit = fit_model(engine, rules, seen, "v")
    yield "processor time of the fit", f"{time.process_time() - began:.1f} s"
    packed = pack_model(fit.model)
    again = pack_observations({each.file_id: each.observation for each in seen})
    yield "with packing", f"{time.process_time() - began:.1f} s"
    yield "peak memory with the fit", f"{_peak_mib():.0f} MiB"
    yield "size of the model", f"{len(packed) / 1e6:.1f} MB"
    yield "size of what the next fit need not read", f"{len(again) / 1e6:.1f} MB"
    yield "comparing one document", f"{_compare_ms(unpack_model(packed), seen[0]):.2f} ms"


def _invent(engine: Engine, count: int) -> Iterator[tuple[UUID, Observation]]:
    """Yield observations of files, each near the centre of its type."""
    random = np.random.default_rng(_SEED)
    spaces = [space.embedder.dimension for space in engine.scorer.spaces]
    lengths = [
        sum(length for length, read in zip(spaces, stage.depth, strict=True) if read) + len(SCALES)
        for stage in engine.stages
    ]
    panel = len(engine.scorer.knowledge.panel)
    centres = [_near(random, np.zeros((TYPES, length), np.float32)) for length in lengths]
    ids = [UUID(int=row * 2**40 + 1) for row in range(count)]
    checked = choose_checked(ids)
    for row, file_id in enumerate(ids):
        stages = tuple(
            StageObservation(
                _near(random, of_stage[row % TYPES] / 2).astype(np.float16),
                random.normal(size=TYPES).astype(np.float32),
                random.normal(size=panel).astype(np.float32),
            )
            for of_stage in centres
        )
        observation = Observation(stages, 300, 1.0, "a line of the file")
        yield file_id, observation if file_id in checked else observation.without_scores()


def _near(random: np.random.Generator, centres: Vectors) -> Vectors:
    noise = random.normal(size=centres.shape) / np.sqrt(centres.shape[-1])
    return normalise((centres + noise).astype(np.float32))


def _compare_ms(model: LearnedModel, seen: LabelledObservation) -> float:
    """Return the processor time of comparing a document with a model at the last stage."""
    stage: StageObservation | None = seen.observation.stages[-1]
    assert stage is not None  # all are invented
    vector, types = stage.vector.astype(np.float32), model.types
    began = time.process_time()
    for _ in range(_COMPARISONS):
        model.compare(len(model.stages) - 1, vector, types)
    return (time.process_time() - began) / _COMPARISONS * 1000


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
