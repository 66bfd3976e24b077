"""Drive the newest llama-cloud, in an interpreter without this project's packages.

Reads {base_url, api_key, invoice, recipe, broken, rules} as JSON from the standard input and
prints one JSON object: for each scenario what came out, or the exception that ended it.
"""

import asyncio
import json
import sys
from typing import Any

from llama_cloud import APIStatusError, AsyncLlamaCloud, LlamaCloud
from reporting import methods_of, print_report, status_of

Row = dict[str, Any]

# A second before the first look is the default; the tests have no time for it.
QUICK: dict[str, Any] = {"polling_interval": 0.1, "backoff": "constant"}
# No server listens there; other tests check the requests.
WEBHOOK_URL = "http://127.0.0.1:9/hook"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


class Scenarios:
    """Each public method is one scenario; they share one client, as a program would."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self._configuration = {"rules": given["rules"]}
        self._client = LlamaCloud(
            base_url=given["base_url"], api_key=given["api_key"], _strict_response_validation=True
        )

    def _upload(self, content: str | bytes, name: str = "document.txt") -> str:
        data = content.encode() if isinstance(content, str) else content
        file: str = self._client.files.create(file=(name, data), purpose="classify").id
        return file

    def _invoice(self) -> str:
        return self._upload(self._given["invoice"])

    def quick_start(self) -> Row:
        """Classify one document as the documentation shows it: default polling and all."""
        client = self._client
        file_obj = client.files.create(
            file=("invoice.txt", self._given["invoice"].encode()), purpose="classify"
        )
        job = client.classify.run(
            file_input=file_obj.id,
            configuration={"rules": self._given["rules"]},
        )
        return {
            "status": job.status,
            "type": job.result.type,
            "confident": 0 < job.result.confidence <= 1,
            "reasoning": bool(job.result.reasoning),
        }

    def quick_start_asynchronously(self) -> list[str]:
        async def run() -> list[str]:
            async with AsyncLlamaCloud(
                base_url=self._given["base_url"],
                api_key=self._given["api_key"],
                _strict_response_validation=True,
            ) as client:
                jobs = []
                for text in (self._given["invoice"], self._given["recipe"]):
                    file = await client.files.create(
                        file=("a.txt", text.encode()), purpose="classify"
                    )
                    jobs.append(
                        client.classify.run(
                            file_input=file.id, configuration=self._configuration, **QUICK
                        )
                    )
                return [job.result.type for job in await asyncio.gather(*jobs)]

        return asyncio.run(run())

    def no_rule_fits(self) -> Row:
        job = self._client.classify.run(
            file_input=self._upload(self._given["recipe"]),
            configuration={"rules": self._given["rules"][:1]},
            **QUICK,
        )
        return {"status": job.status, "type": job.result.type}

    def pages_and_language(self) -> Row:
        job = self._client.classify.run(
            file_input=f"dfl-{self._invoice()}",
            configuration={
                **self._configuration,
                "mode": "FAST",
                "parsing_configuration": {"lang": "fr-CA", "max_pages": 2, "target_pages": "1,3-5"},
            },
            **QUICK,
        )
        return {
            "type": job.result.type,
            "pages": job.configuration.parsing_configuration.model_dump(),
        }

    def expanded(self) -> Row:
        job = self._client.classify.create(
            file_input=self._invoice(), configuration=self._configuration
        )
        plain = self._client.classify.get(job.id)
        expanded = self._client.classify.get(job.id, expand=["usage"])
        return {"plain": plain.usage, "expanded": expanded.usage.model_dump()}

    def broken_file(self) -> None:
        broken = self._upload(bytes.fromhex(self._given["broken"]), "broken.pdf")
        self._client.classify.run(file_input=broken, configuration=self._configuration, **QUICK)

    def cancel_and_delete(self) -> Row:
        # Cancelled at once or done already: both are an end.
        job = self._client.classify.create(
            file_input=self._invoice(), configuration=self._configuration
        )
        try:
            ended = self._client.classify.cancel(job.id).status
        except APIStatusError as error:
            ended = f"{error.status_code}"
        again = status_of(lambda: self._client.classify.cancel(job.id))
        deleted = self._client.classify.delete(job.id)
        return {
            "ended": ended,
            "again": again,
            "deleted": deleted.id == job.id and deleted.project_id == job.project_id,
            "gone": status_of(lambda: self._client.classify.get(job.id)),
        }

    def list_with_filters(self) -> Row:
        job = self._client.classify.run(
            file_input=self._invoice(), configuration=self._configuration, **QUICK
        )
        found = self._client.classify.list(
            job_ids=[job.id, UNKNOWN],
            status="COMPLETED",
            created_at_on_or_after=job.created_at,
            created_at_on_or_before=job.created_at,
        )
        none = self._client.classify.list(job_ids=[job.id], status="FAILED")
        return {
            "found": [each.id == job.id for each in found.items],
            "none": list(none.items),
        }

    def saved_configuration(self) -> Row:
        client = self._client
        saved = client.configurations.create(
            name="newest sdk", parameters={"product_type": "classify_v2", **self._configuration}
        )
        updated = client.configurations.update(saved.id, name="newest sdk, renamed")
        found = client.configurations.retrieve(saved.id)
        listed = [each.id for each in client.configurations.list(product_type=["classify_v2"])]
        job = client.classify.run(file_input=self._invoice(), configuration_id=saved.id, **QUICK)
        client.configurations.delete(saved.id)
        return {
            "type": job.result.type,
            "linked": job.configuration_id == saved.id,
            "names": [updated.name, found.name],
            "listed": saved.id in listed,
            "gone": status_of(lambda: client.configurations.retrieve(saved.id)),
        }

    def saved_webhook(self) -> Row:
        client = self._client
        saved = client.webhook_configs.create(
            webhook_url=WEBHOOK_URL,
            webhook_events=["classify.success", "classify.error"],
            webhook_output_format="json",
            webhook_signing_secret="sealed",
        )
        updated = client.webhook_configs.update(saved.id, webhook_events=["classify.success"])
        listed = [each.id for each in client.webhook_configs.list()]
        paged = [each.id for each in client.webhook_configs.list_paginated(page_size=1)]
        job = client.classify.create(
            file_input=self._invoice(),
            configuration=self._configuration,
            webhook_configuration_ids=[saved.id],
            webhook_configurations=[{"webhook_url": WEBHOOK_URL}],
        )
        client.classify.wait_for_completion(job.id, **QUICK)
        found = client.webhook_configs.retrieve(saved.id)
        client.webhook_configs.delete(saved.id)
        log = client.get(f"/api/v1/classifier/jobs/{job.id}/webhooks", cast_to=object)
        return {
            "deliveries": [delivery["event_type"] for delivery in log["items"]],
            "has_secret": [saved.has_secret, found.has_secret],
            "events": updated.webhook_events,
            "listed": saved.id in listed and saved.id in paged,
            "gone": status_of(lambda: client.webhook_configs.retrieve(saved.id)),
        }

    def parse_job(self) -> None:
        self._client.classify.create(file_input="pjb-1", configuration=self._configuration)


def main() -> None:
    print_report(methods_of(Scenarios(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
