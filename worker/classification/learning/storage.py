"""The bytes in which learned models and observations are stored: arrays and JSON, no pickles."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from worker.classification.learning.model import LabelWeight, LearnedModel, Neighbour, StageModel
from worker.classification.learning.observation import Observation, StageObservation

FORMAT = 2
_HEAD = "head"


def pack_model(model: LearnedModel) -> bytes:
    """Return a model as bytes; the vectors of neighbours in half precision."""
    arrays: dict[str, npt.NDArray[Any]] = {"columns": model.columns}
    for number, stage in enumerate(model.stages):
        if stage is not None:
            arrays[f"means {number}"] = stage.means
            arrays[f"lessons {number}"] = stage.lessons
            arrays[f"vectors {number}"] = stage.vectors.astype(np.float16)
            arrays[f"rows {number}"] = stage.rows
    head = {
        "version": model.version,
        "label_count": model.label_count,
        "types": model.types,
        "weight": None if model.weight is None else asdict(model.weight),
        "stages": [stage is not None for stage in model.stages],
        "neighbours": [asdict(file) for file in model.neighbours],
    }
    return _pack(head, arrays)


def unpack_model(data: bytes) -> LearnedModel:
    """Return the model that `pack_model` packed; raises ValueError for other bytes."""
    with _refusing_others():
        head, arrays = _unpack(data)
        stages = tuple(
            StageModel(
                arrays[f"means {number}"],
                arrays[f"lessons {number}"],
                arrays[f"vectors {number}"].astype(np.float32),
                arrays[f"rows {number}"],
            )
            if is_there
            else None
            for number, is_there in enumerate(head["stages"])
        )
        return LearnedModel(
            version=head["version"],
            label_count=head["label_count"],
            types=tuple(head["types"]),
            weight=None if head["weight"] is None else LabelWeight(**head["weight"]),
            stages=stages,
            neighbours=tuple(Neighbour(**file) for file in head["neighbours"]),
            columns=arrays["columns"],
        )


def pack_observations(observations: Mapping[UUID, Observation]) -> bytes:
    """Return observations of files as bytes.

    Scores stay exact, so that the next fit tells the engine's verdict as it is.
    """
    stages = max((len(each.stages) for each in observations.values()), default=0)
    head: dict[str, Any] = {
        "files": [str(file_id) for file_id in observations],
        "tokens": [each.tokens for each in observations.values()],
        "known_shares": [each.known_share for each in observations.values()],
        "lines": [each.line for each in observations.values()],
        "stages": [],
    }
    arrays: dict[str, npt.NDArray[Any]] = {}
    for number in range(stages):
        seen = [
            (row, stage)
            for row, each in enumerate(observations.values())
            if (stage := each.stages[number]) is not None
        ]
        scored = [
            (row, stage.own, stage.panel)
            for row, stage in seen
            if stage.own is not None and stage.panel is not None
        ]
        head["stages"].append(
            {"seen": [row for row, _ in seen], "scored": [row for row, _, _ in scored]}
        )
        if seen:
            arrays[f"vectors {number}"] = np.stack([stage.vector for _, stage in seen])
        if scored:
            arrays[f"own {number}"] = np.stack([own for _, own, _ in scored])
            arrays[f"panel {number}"] = np.stack([panel for _, _, panel in scored])
    return _pack(head, arrays)


def unpack_observations(data: bytes) -> dict[UUID, Observation]:
    """Return the observations that `pack_observations` packed; raises ValueError for others."""
    with _refusing_others():
        head, arrays = _unpack(data)
        count = len(head["files"])
        by_stage: list[list[StageObservation | None]] = []
        for number, rows in enumerate(head["stages"]):
            found: list[StageObservation | None] = [None] * count
            scored = {row: place for place, row in enumerate(rows["scored"])}
            for place, row in enumerate(rows["seen"]):
                vector = arrays[f"vectors {number}"][place]
                at = scored.get(row)
                found[row] = StageObservation(
                    vector,
                    None if at is None else arrays[f"own {number}"][at],
                    None if at is None else arrays[f"panel {number}"][at],
                )
            by_stage.append(found)
        return {
            UUID(file_id): Observation(
                tuple(found[row] for found in by_stage),
                head["tokens"][row],
                head["known_shares"][row],
                head["lines"][row],
            )
            for row, file_id in enumerate(head["files"])
        }


@contextmanager
def _refusing_others() -> Iterator[None]:
    try:
        yield
    except (
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        zipfile.BadZipFile,
        EOFError,
        OSError,
    ) as error:
        raise ValueError("not a learned model of this release") from error


def _pack(head: dict[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    text = json.dumps({"format": FORMAT, **head}).encode("ascii")
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **{_HEAD: np.frombuffer(text, np.uint8)}, **arrays)
    return file.getvalue()


def _unpack(data: bytes) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files if name != _HEAD}
        head = json.loads(stored[_HEAD].tobytes())
    if head["format"] != FORMAT:
        raise ValueError("a learned model of another release")
    return head, arrays
