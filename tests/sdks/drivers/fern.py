"""Drive a server with llama-cloud-services, in an interpreter without this project's packages.

Reads {base_url, api_key, limited_key, relay, invoice, recipe, broken, rules, folder} as JSON from
the standard input and prints one JSON object: for each scenario what came out, or the exception
that ended it. What the guide shows stands between scissors, word for word.
"""

import asyncio
import json
import sys
import time
import urllib.request
import uuid
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from llama_cloud.client import AsyncLlamaCloud, LlamaCloud
from llama_cloud.types import ClassifierRule, ClassifyMode, ClassifyParsingConfiguration
from llama_cloud_services.beta.classifier.client import LlamaClassify
from llama_cloud_services.files.client import FileClient
from llama_cloud_services.utils import SourceText
from reporting import methods_of, print_report, status_of

Row = dict[str, Any]

UNKNOWN = "00000000-0000-4000-8000-000000000000"
# Larger than the server takes.
TOO_LARGE = bytes(400_000)


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

    def quick_start(self) -> list[Row]:
        """The lines of the documentation, with another address."""
        classifier = LlamaClassify.from_api_key(
            self._given["api_key"], base_url=self._given["base_url"]
        )
        return _rows(classifier.classify(self._rules, str(self._invoice_path())))

    def by_older_names(self) -> list[Row]:
        path = str(self._invoice_path())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            one = self._classifier.classify_file_path(self._rules, path)
            two = self._classifier.classify_file_paths(self._rules, [path, path])
        return _rows(one) + _rows(two)

    def synchronously(self) -> Row:
        """The generated client without LlamaClassify: everything that it can do here."""
        client = LlamaCloud(token=self._given["api_key"], base_url=self._given["base_url"])
        file = client.files.upload_file(
            upload_file=("a.txt", self._invoice.encode()), external_file_id="ours"
        )
        jobs = [
            client.classifier.create_classify_job(
                file_ids=[file.id], rules=self._rules, mode=ClassifyMode.MULTIMODAL
            )
            for _ in range(3)
        ]
        page = client.classifier.list_classify_jobs(page_size=2)
        rest = client.classifier.list_classify_jobs(page_size=2, page_token=page.next_page_token)
        while (job := client.classifier.get_classify_job(jobs[0].id)).status.value == "PENDING":
            time.sleep(0.1)
        results = client.classifier.get_classification_job_results(job.id)
        link = client.files.read_file_content(file.id)
        found = client.files.get_file(file.id)
        with urllib.request.urlopen(link.url) as answer:
            content = answer.read()
        client.files.delete_file(file.id)
        return {
            "mode": job.mode.value,
            "types": [item.result.type for item in results.items],
            "listed": [each.id for each in [*page.items, *rest.items][:3]]
            == [job.id for job in jobs[::-1]],
            "file": [found.name, found.external_file_id],
            "content": content == self._invoice.encode(),
            "gone": status_of(lambda: client.files.get_file(file.id)),
        }

    def with_examples(self) -> list[Row]:
        """Rules may be dictionaries: the model of a rule would drop what it does not know."""
        classifier = self._classifier
        example = classifier.classify(self._rules, self._invoice_path()).items[0].file
        path = self._invoice_path()
        # 8< examples through LlamaClassify
        rules = [
            {
                "type": "invoice",
                "description": "A supplier's bill with line items and a total to pay.",
                "examples": [{"file_id": example.id}, {"text": "INVOICE No. 7 ..."}],
            },
            {"type": "recipe", "description": "Cooking instructions with their ingredients."},
        ]
        results = classifier.classify(rules, path)
        # >8
        return _rows(results)

    def extensions_by_its_http_client(self) -> Row:
        async def call() -> Row:
            base_url, api_key = self._given["base_url"], self._given["api_key"]
            path = self._invoice_path()
            rules = self._given["rules"]
            key = str(uuid.uuid4())
            # 8< everything else by the HTTP client that both use
            http = httpx.AsyncClient(
                base_url=base_url, headers={"Authorization": f"Bearer {api_key}"}, timeout=60
            )
            client = AsyncLlamaCloud(token=api_key, base_url=base_url, httpx_client=http)
            file = await FileClient(client).upload_content(path)
            answer = await http.post(
                "/api/v1/classifier/jobs",
                json={"file_ids": [file.id], "rules": rules, "min_confidence": 0.5},
                headers={"Idempotency-Key": key},
            )
            job = await LlamaClassify(client).wait_for_job_completion(answer.json()["id"])
            answer = await http.get(f"/api/v1/classifier/jobs/{job.id}/results")
            result = answer.json()["items"][0]["result"]
            candidates, evidence = result["candidates"], result["evidence"]
            # >8
            body = {"file_ids": [file.id], "rules": rules, "min_confidence": 0.5}
            again = await http.post(
                "/api/v1/classifier/jobs", json=body, headers={"Idempotency-Key": key}
            )
            listed = await http.get("/api/v1/classifier/jobs", params={"include_total": True})
            deleted = await http.delete(f"/api/v1/classifier/jobs/{job.id}")
            return {
                "type": result["type"],
                "candidates": [candidate["type"] for candidate in candidates],
                "evidence": [sorted(each) for each in evidence],
                "same": again.json()["id"] == job.id,
                "total": listed.json()["total_size"] > 0,
                "deleted": deleted.status_code,
            }

        return asyncio.run(call())

    def webhook_by_its_http_client(self) -> Row:
        """The generated client has no webhooks; its HTTP client can send them."""
        body = {
            "rules": self._given["rules"],
            # No server listens there; other tests check the requests.
            "webhook_configurations": [{"webhook_url": "http://127.0.0.1:9/hook"}],
        }

        async def call() -> Row:
            headers = {"Authorization": f"Bearer {self._given['api_key']}"}
            http = httpx.AsyncClient(base_url=self._given["base_url"], headers=headers)
            client = AsyncLlamaCloud(
                token=self._given["api_key"], base_url=self._given["base_url"], httpx_client=http
            )
            file = await FileClient(client).upload_content(self._invoice_path())
            answer = await http.post(
                "/api/v1/classifier/jobs", json={**body, "file_ids": [file.id]}
            )
            job = await LlamaClassify(client, polling_interval=0.1).wait_for_job_completion(
                answer.json()["id"]
            )
            log = await http.get(f"/api/v1/classifier/jobs/{job.id}/webhooks")
            return {"events": [each["event_type"] for each in log.json()["items"]]}

        return asyncio.run(call())

    def polling_timeout(self) -> list[Row]:
        """Through a gateway that tells of no job's end, however slow this is to look."""
        address = f"{self._given['relay']}/pending/{uuid.uuid4()}"
        client = AsyncLlamaCloud(token=self._given["api_key"], base_url=address)
        classifier = LlamaClassify(client, polling_interval=0.0, polling_timeout=0.0)
        return _rows(classifier.classify(self._rules, self._invoice_path()))

    def lost_answer(self) -> Row:
        """It does not retry: the caller sees the gateway's answer."""
        address = f"{self._given['relay']}/unavailable/{uuid.uuid4()}"
        classifier = LlamaClassify(AsyncLlamaCloud(token=self._given["api_key"], base_url=address))
        status = status_of(lambda: classifier.classify(self._rules, self._invoice_path()))
        with urllib.request.urlopen(f"{address}/posts") as answer:
            return {"status": status, "posts": len(json.load(answer))}

    def too_large(self) -> list[Row]:
        return self._classify(SourceText(file=TOO_LARGE, filename="large.txt"))

    def too_often(self) -> list[Row]:
        client = LlamaCloud(token=self._given["limited_key"], base_url=self._given["base_url"])
        for _ in range(200):
            client.classifier.list_classify_jobs(page_size=1)
        return []

    def unknown_job(self) -> list[Row]:
        client = LlamaCloud(token=self._given["api_key"], base_url=self._given["base_url"])
        client.classifier.get_classify_job(UNKNOWN)
        return []

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
        return _rows(self._classifier.classify_file_ids(self._rules, [UNKNOWN]))

    def unknown_file_in_a_source(self) -> list[Row]:
        return self._classify(SourceText(file_id=UNKNOWN))

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


def main() -> None:
    print_report(methods_of(Scenarios(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
