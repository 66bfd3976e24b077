"""Use our extensions with one release of llama-cloud (1.0.0 or later), alone in its interpreter.

Reads {base_url, api_key, invoice, recipe, rules} as JSON from the standard input and prints one
JSON object: for each scenario what came out, or the exception that ended it. Scenarios of a version
of the API that this release does not speak are left out. What the guide shows stands between
scissors, word for word.
"""

import asyncio
import time
import warnings
from typing import Any

import llama_cloud
from llama_cloud import AsyncLlamaCloud, LlamaCloud
from reporting import methods_of_versions, print_report, status_of

POLL = {"polling_interval": 0.1, "backoff": "constant"}

Row = dict[str, Any]


class Scenarios:
    """What all scenarios need: a client, and an uploaded file of each kind."""

    def __init__(self, given: Row) -> None:
        self._given = given
        self._options = {
            "base_url": given["base_url"],
            "api_key": given["api_key"],
            "max_retries": 0,
            "_strict_response_validation": True,
        }
        self._client = LlamaCloud(**self._options)

    def files_total(self) -> bool:
        ids = [self._upload("recipe").id for _ in range(2)]
        page = self._client.files.list(
            page_size=1, file_ids=ids, extra_query={"include_total": True}
        )
        return page.total_size == len(ids)

    def _upload(self, what: str) -> Any:
        file = (f"{what}.txt", self._given[what].encode())
        return self._client.files.create(file=file, purpose="classify")

    def _rules(self, example_id: str) -> list[Row]:
        invoice, recipe = self._given["rules"]
        return [
            {**invoice, "examples": [{"file_id": example_id}, {"text": "INVOICE No. 7\nTotal 5"}]},
            recipe,
        ]


class FirstVersion(Scenarios):
    """`client.classifier`."""

    def v1_everything(self) -> Row:
        client = self._client
        example = self._upload("invoice")
        file = self._upload("invoice")
        # 8< min_confidence, examples, candidates and evidence of version 1
        rules = [
            {
                "type": "invoice",
                "description": "A supplier's bill with line items and a total to pay.",
                "examples": [{"file_id": example.id}, {"text": "INVOICE No. 7 ..."}],
            },
            {"type": "recipe", "description": "Cooking instructions with their ingredients."},
        ]
        results = client.classifier.classify(
            file_ids=[file.id],
            rules=rules,
            extra_body={"min_confidence": 0.5},
            extra_headers={"Idempotency-Key": f"inbox-{file.id}"},
        )
        result = results.items[0].result
        candidates = result.model_extra["candidates"]
        evidence = result.model_extra["evidence"]
        # >8
        return _seen(result, candidates, evidence)

    def v1_asynchronously(self) -> Row:
        async def classify() -> Row:
            async with AsyncLlamaCloud(**self._options) as client:
                results = await client.classifier.classify(
                    file_ids=[self._upload("invoice").id],
                    rules=self._rules(self._upload("invoice").id),
                    extra_body={"min_confidence": 0.5},
                    **POLL,
                )
                result = results.items[0].result
                assert result.model_extra is not None
                return _seen(
                    result, result.model_extra["candidates"], result.model_extra["evidence"]
                )

        return asyncio.run(classify())

    def v1_too_unsure(self) -> Row:
        job = self._client.classifier.jobs.create(
            file_ids=[self._upload("invoice").id],
            rules=self._given["rules"],
            extra_body={"min_confidence": 1},
        )
        self._client.classifier.wait_for_completion(job.id, **POLL)
        item = self._client.classifier.jobs.get_results(job.id).items[0]
        return {"echoed": job.model_extra["min_confidence"], "type": item.result.type}

    def v1_same_key(self) -> Row:
        ids = [self._upload("recipe").id]
        headers = {"Idempotency-Key": f"same {llama_cloud.__version__} {ids[0]}"}

        def create(rules: list[Row]) -> Any:
            return self._client.classifier.jobs.create(
                file_ids=ids, rules=rules, extra_headers=headers
            )

        first, second = create(self._given["rules"]), create(self._given["rules"])
        return {
            "same": first.id == second.id,
            "other": status_of(lambda: create(self._given["rules"][:1])),
        }

    def v1_total_cancel_and_delete(self) -> Row:
        client = self._client
        job = client.classifier.jobs.create(
            file_ids=[self._upload("recipe").id], rules=self._given["rules"]
        )
        # 8< how many jobs there are; cancel and delete one of version 1
        page = client.classifier.jobs.list(page_size=1, extra_query={"include_total": True})
        total = page.total_size
        client.post(f"/api/v1/classifier/jobs/{job.id}/cancel", cast_to=object)
        client.delete(f"/api/v1/classifier/jobs/{job.id}", cast_to=type(None))
        # >8
        return {
            "total": total > 0,
            "gone": status_of(lambda: client.classifier.jobs.get(job.id)),
        }

    def v1_reason_of_a_failure(self) -> Row:
        broken = bytes.fromhex(self._given["broken"])
        file = self._client.files.create(file=("broken.pdf", broken), purpose="classify")
        job = self._client.classifier.jobs.create(file_ids=[file.id], rules=self._given["rules"])
        while self._client.classifier.jobs.get(job.id).status == "PENDING":
            time.sleep(0.1)
        (item,) = self._client.classifier.jobs.get_results(job.id).items
        return {"result": item.result, "code": item.model_extra["error"]["code"]}


class SecondVersion(Scenarios):
    """`client.classify`."""

    def v2_everything(self) -> Row:
        client = self._client
        if not hasattr(client.classify, "run"):
            return self._v2_by_hand()
        example = self._upload("invoice")
        file = self._upload("invoice")
        # 8< the same in version 2
        configuration = {
            "rules": [
                {
                    "type": "invoice",
                    "description": "A supplier's bill with line items and a total to pay.",
                    "examples": [{"file_id": example.id}, {"text": "INVOICE No. 7 ..."}],
                },
                {"type": "recipe", "description": "Cooking instructions with their ingredients."},
            ],
            "min_confidence": 0.5,
        }
        job = client.classify.run(
            file_input=file.id, configuration=configuration, transaction_id=f"letter-{file.id}"
        )
        candidates = job.result.model_extra["candidates"]
        evidence = job.result.model_extra["evidence"]
        # >8
        return _seen(job.result, candidates, evidence)

    def v2_too_unsure(self) -> Row:
        job = self._classify(
            "invoice", {"rules": self._rules(self._upload("invoice").id), "min_confidence": 1}
        )
        return {
            "echoed": job.configuration.model_extra["min_confidence"],
            "type": job.result.type,
        }

    def v2_total(self) -> bool:
        page = self._client.classify.list(page_size=1, extra_query={"include_total": True})
        return page.total_size > 0

    def _v2_by_hand(self) -> Row:
        job = self._classify(
            "invoice", {"rules": self._rules(self._upload("invoice").id), "min_confidence": 0.5}
        )
        extra = job.result.model_extra
        return _seen(job.result, extra["candidates"], extra["evidence"])

    def _classify(self, what: str, configuration: Row) -> Any:
        """Releases before 2.1 call the input file_id, and have no helper that waits."""
        name = "file_id" if llama_cloud.__version__ < "2.1" else "file_input"
        create = self._client.classify.create
        job = create(configuration=configuration, **{name: self._upload(what).id})
        while (job := self._client.classify.get(job.id)).status in ("PENDING", "RUNNING"):
            time.sleep(0.1)
        return job


def _seen(result: Any, candidates: list[Row], evidence: list[Row]) -> Row:
    return {
        "type": result.type,
        "compared": "2 examples of yours" in result.reasoning,
        "candidates": [candidate["type"] for candidate in candidates],
        "best": abs(candidates[0]["confidence"] - result.confidence) < 0.001,
        "evidence": [sorted(each) for each in evidence],
    }


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    versions = {"classifier": FirstVersion, "classify": SecondVersion}
    print_report(methods_of_versions(LlamaCloud, versions))


if __name__ == "__main__":
    main()
