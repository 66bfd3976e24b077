"""The cost of one engine: `python -m benchmarks.accuracy.process ENGINE FOLDER`.

FOLDER has the engine's constants, `documents.json`, each a list of the texts of its pages, and
`rules.json`. Prints a `Cost` as JSON.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.accuracy.engines import MODELS, load_model
from worker.classification.engine import Engine
from worker.classification.features.chunks import cut_chunks
from worker.classification.fitting.corpus import read_rules
from worker.classification.loading import limit_blas_threads
from worker.classification.scoring.constants import Constants
from worker.parsing.document import Document, DocumentPage


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU, and bytes.

    `ready` is the time from the start of the process until the first text was embedded. The
    memory is measured at that moment: resident, of which private, and proportional (PSS).
    `later` is the resident set after all documents.
    """

    ready: float
    resident: int
    private: int
    proportional: int
    later: int
    chunk: float
    document: float


def main() -> None:
    """Load, measure, print."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    embedders = [load_model(model) for model in MODELS[name]]
    engine = Engine(embedders, Constants.load(folder / name))
    limit_blas_threads()
    for embedder in embedders:
        embedder.embed(["ready"], "passage")
    ready = time.process_time()
    memory = psutil.Process().memory_full_info()

    documents = [
        Document(
            "txt",
            tuple(DocumentPage(number, text) for number, text in enumerate(pages)),
            len(pages),
        )
        for pages in json.loads((folder / "documents.json").read_text(encoding="utf-8"))
    ]
    chunks = [chunk.text for document in documents for chunk in cut_chunks(document.pages)]
    before = time.process_time()
    for embedder in embedders:
        embedder.embed(chunks, "passage")
    by_chunk = (time.process_time() - before) / len(chunks)

    rules = read_rules(folder / "rules.json")
    # The first verdict also embeds the rules, which are then cached.
    engine.classify(documents[0], rules)
    before = time.process_time()
    for document in documents:
        engine.classify(document, rules)
    by_document = (time.process_time() - before) / len(documents)
    later = psutil.Process().memory_info().rss
    cost = Cost(ready, memory.rss, memory.uss, memory.pss, later, by_chunk, by_document)
    print(json.dumps(asdict(cost)))


if __name__ == "__main__":
    main()
