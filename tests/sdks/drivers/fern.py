"""Drive a server with llama-cloud-services, in an interpreter that has no other package of ours.

Reads {base_url, api_key, invoice, recipe, broken, rules, folder} as JSON from the standard input
and prints one JSON object: for each scenario what came out, or the exception that ended it.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from llama_cloud.client import AsyncLlamaCloud
from llama_cloud.core.api_error import ApiError
from llama_cloud.types import ClassifierRule, ClassifyParsingConfiguration
from llama_cloud_services.beta.classifier.client import LlamaClassify
from llama_cloud_services.files.client import FileClient
from llama_cloud_services.utils import SourceText

Row = dict[str, Any]


class Scenarios:
    """Each public method is one scenario; they share one LlamaClassify, as a program would."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self._invoice: str = given["invoice"]
        self._recipe: str = given["recipe"]
        self._rules = [ClassifierRule(**rule) for rule in given["rules"]]
        self._folder = Path(given["folder"])
        self._classifier = self._new_classifier(given["api_key"])

    def path_as_text(self) -> list[Row]:
        return self._classify(str(self._invoice_path()))

    def path(self) -> list[Row]:
        return self._classify(self._invoice_path())

    def stream_without_a_name(self) -> list[Row]:
        return self._classify(BytesIO(self._recipe.encode()))

    def open_file(self) -> list[Row]:
        with self._invoice_path().open("rb") as opened:
            return self._classify(opened)

    def text(self) -> list[Row]:
        return self._classify(SourceText(text_content=self._recipe))

    def text_with_a_name(self) -> list[Row]:
        return self._classify(SourceText(text_content=self._recipe, filename="pancakes.txt"))

    def bytes_with_a_name(self) -> list[Row]:
        return self._classify(SourceText(file=self._invoice.encode(), filename="bill.txt"))

    def path_in_a_source(self) -> list[Row]:
        return self._classify(SourceText(file=self._invoice_path()))

    def uploaded_before(self) -> list[Row]:
        uploaded = self._classifier.classify(self._rules, str(self._invoice_path())).items[0].file
        return self._classify(SourceText(file_id=uploaded.id)) + self._classify(uploaded)

    def several_at_once(self) -> list[Row]:
        recipe = SourceText(text_content=self._recipe)
        return self._classify([self._invoice_path(), recipe, BytesIO(self._invoice.encode())])

    def twice_in_a_row(self) -> list[Row]:
        """The synchronous wrapper makes an event loop for each call, over one HTTP client."""
        return self._classify(self._invoice_path()) + self._classify(self._invoice_path())

    def with_a_parsing_configuration(self) -> list[Row]:
        configuration = ClassifyParsingConfiguration(lang="de", max_pages=0, target_pages=[0])
        results = self._classifier.classify(
            self._rules, self._invoice_path(), parsing_configuration=configuration
        )
        return _rows(results)

    def asynchronously(self) -> list[Row]:
        async def classify() -> list[Row]:
            classifier = self._new_classifier(self._given["api_key"])
            results = await classifier.aclassify(self._rules, self._invoice_path())
            again = await classifier.aclassify(self._rules, [BytesIO(self._recipe.encode())])
            return _rows(results) + _rows(again)

        return asyncio.run(classify())

    def low_level_calls(self) -> Row:
        async def call() -> Row:
            client = self._new_client(self._given["api_key"])
            classifier = LlamaClassify(client)
            files = FileClient(client)
            file = await files.upload_bytes(self._invoice.encode(), "low-level.txt")
            job = await classifier.acreate_classify_job(self._rules, [file.id, file.id])
            done = await classifier.wait_for_job_completion(job.id)
            listed = await client.classifier.list_classify_jobs(page_size=1)
            content = await files.read_file_content(file.id)
            await client.files.delete_file(file.id)
            results = await client.classifier.get_classification_job_results(job.id)
            return {
                "status": done.status.value,
                "mode": done.mode.value,
                "listed": [job.id == entry.id for entry in listed.items],
                "content_is_the_same": content == self._invoice.encode(),
                "file_ids": [item.file_id == file.id for item in results.items],
                "types": [item.result.type for item in results.items],
            }

        return asyncio.run(call())

    def by_a_presigned_link(self) -> Row:
        async def call() -> Row:
            client = self._new_client(self._given["api_key"])
            files = FileClient(client, use_presigned_url=True)
            by_path = await files.upload_content(self._invoice_path())
            by_text = await files.upload_content(
                SourceText(text_content=self._recipe, filename="pancakes.txt")
            )
            job = await LlamaClassify(client, polling_interval=0.1).aclassify_file_ids(
                self._rules, [by_path.id, by_text.id]
            )
            return {
                "names": [by_path.name, by_text.name],
                "external": by_path.external_file_id == str(self._invoice_path()),
                "size": by_path.file_size == len(self._invoice.encode()),
                "content": await files.read_file_content(by_path.id) == self._invoice.encode(),
                "types": [item.result.type for item in job.items],
            }

        return asyncio.run(call())

    def broken_file(self) -> list[Row]:
        self._classifier.classify(self._rules, self._broken())
        return []

    def broken_file_without_raising(self) -> list[Row]:
        files = [self._broken(), SourceText(text_content=self._recipe)]
        return _rows(self._classifier.classify(self._rules, files, raise_on_error=False))

    def only_broken_files_without_raising(self) -> list[Row]:
        return _rows(self._classifier.classify(self._rules, self._broken(), raise_on_error=False))

    def wrong_key(self) -> list[Row]:
        return _rows(self._new_classifier("llx-wrong").classify(self._rules, self._invoice_path()))

    def unknown_file(self) -> list[Row]:
        unknown = "00000000-0000-4000-8000-000000000000"
        return _rows(self._classifier.classify_file_ids(self._rules, [unknown]))

    def unknown_file_in_a_source(self) -> list[Row]:
        return self._classify(SourceText(file_id="00000000-0000-4000-8000-000000000000"))

    def rule_that_is_refused(self) -> list[Row]:
        rules = [ClassifierRule(type="a/b", description="too short")]
        return _rows(self._classifier.classify(rules, self._invoice_path()))

    def _classify(self, files: object) -> list[Row]:
        return _rows(self._classifier.classify(self._rules, files))

    def _invoice_path(self) -> Path:
        path = self._folder / "invoice.txt"
        path.write_text(self._invoice)
        return path

    def _broken(self) -> SourceText:
        return SourceText(file=bytes.fromhex(self._given["broken"]), filename="broken.pdf")

    def _new_client(self, api_key: str) -> AsyncLlamaCloud:
        return AsyncLlamaCloud(token=api_key, base_url=self._given["base_url"])

    def _new_classifier(self, api_key: str) -> LlamaClassify:
        # A second between polls is the default; the tests have no time for it.
        return LlamaClassify(self._new_client(api_key), polling_interval=0.1)


def _rows(results: Any) -> list[Row]:
    return [
        {
            "type": item.result.type if item.result else None,
            "has_result": item.result is not None,
            "reasoning": item.result.reasoning if item.result else None,
            "name": item.file.name,
            "external_file_id": item.file.external_file_id,
        }
        for item in results.items
    ]


def _attempt(scenario: Callable[[], Any]) -> Row:
    began = time.monotonic()
    try:
        outcome = {"value": scenario()}
    except ApiError as error:
        outcome = {"exception": type(error).__name__, "status": error.status_code}
    except Exception as error:  # noqa: BLE001  # whatever it raises is what the tests look at
        outcome = {"exception": type(error).__name__, "message": str(error)}
    return {**outcome, "seconds": round(time.monotonic() - began, 2)}


def main() -> None:
    scenarios = Scenarios(json.load(sys.stdin))
    names = [name for name in vars(Scenarios) if not name.startswith("_")]
    report = {name: _attempt(getattr(scenarios, name)) for name in names}
    json.dump(report, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
