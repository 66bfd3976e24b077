"""Drive one release of llama-cloud (1.0.0 or later) to its limits, alone in its interpreter.

Reads {base_url, api_key, limited_key, relay, invoice, rules} as JSON from the standard input and
prints one JSON object: for each scenario what came out, or the exception that ended it. `relay` is
a gateway that loses answers (tests/sdks/relay.py); `limited_key` may send 60 requests a minute.
"""

import asyncio
import json
import os
import urllib.request
import uuid
import warnings
from abc import ABC, abstractmethod
from typing import Any

import llama_cloud
from llama_cloud import AsyncLlamaCloud, LlamaCloud, PollingTimeoutError
from reporting import attempt, methods_of_versions, print_report

UNKNOWN = "00000000-0000-4000-8000-000000000000"
# Larger than the server takes.
TOO_LARGE = bytes(400_000)

Row = dict[str, Any]


class Scenarios(ABC):
    """What is the same in both versions. Each public method is one scenario."""

    def __init__(self, given: Row) -> None:
        self._given = given
        self._rules = given["rules"]
        self._client = self._connect(given["base_url"], given["api_key"], max_retries=0)

    def too_large(self) -> None:
        self._client.files.create(file=("large.txt", TOO_LARGE), purpose="classify")

    def wrong_key(self) -> None:
        self._connect(self._given["base_url"], "llx-wrong", max_retries=0).projects.list()

    def wrong_key_asynchronously(self) -> None:
        async def ask() -> None:
            async with AsyncLlamaCloud(
                base_url=self._given["base_url"], api_key="llx-wrong"
            ) as client:
                await client.projects.list()

        asyncio.run(ask())

    def unknown_file(self) -> None:
        self._client.files.delete(UNKNOWN)

    def no_content_of_an_unknown_file(self) -> None:
        files = self._client.files
        (files.content if hasattr(files, "content") else files.get)(UNKNOWN)

    def too_often(self) -> None:
        self._use_up()

    def address_and_key_from_the_environment(self) -> bool:
        os.environ["LLAMA_CLOUD_BASE_URL"] = self._given["base_url"]
        os.environ["LLAMA_CLOUD_API_KEY"] = self._given["api_key"]
        return len(LlamaCloud().projects.list()) > 0

    def base_url_with_a_slash(self) -> bool:
        client = self._connect(self._given["base_url"] + "/", self._given["api_key"])
        return len(client.projects.list()) > 0

    def _use_up(self) -> None:
        """Send requests until one is refused."""
        client = self._connect(self._given["base_url"], self._given["limited_key"], max_retries=0)
        for _ in range(200):
            client.projects.list()

    def _retried(self, trouble: str) -> Row:
        """Create a job through a gateway that loses the first answer; tell what there is then."""
        name = str(uuid.uuid4())
        address = f"{self._given['relay']}/{trouble}/{name}"
        client = self._connect(address, self._given["api_key"])
        rules = [{**self._rules[0], "type": name}]
        created = self._create(client, self._upload(client), rules)
        there = [job.id for job in self._jobs(client) if self._types(job) == [name]]
        with urllib.request.urlopen(f"{address}/posts") as answer:
            posts = json.load(answer)
        return {
            "posts": len(posts),
            "waited": posts[1] >= 1 if trouble == "unavailable" else True,
            "jobs": len(there),
            "is_it": there == [created.id],
        }

    def _retried_after_too_many(self) -> Row:
        client = self._connect(self._given["base_url"], self._given["limited_key"])
        file_id = self._upload(client)
        name = str(uuid.uuid4())
        attempt(self._use_up)
        created = self._create(client, file_id, [{**self._rules[0], "type": name}])
        there = [job.id for job in self._jobs(client) if self._types(job) == [name]]
        return {"jobs": len(there), "is_it": there == [created.id]}

    def _pending(self) -> LlamaCloud:
        """Return a client that sees no job end, however slow it is to look."""
        address = f"{self._given['relay']}/pending/{uuid.uuid4()}"
        return self._connect(address, self._given["api_key"])

    def _upload(self, client: LlamaCloud) -> str:
        file = ("i.txt", self._given["invoice"].encode())
        return client.files.create(file=file, purpose="classify").id

    @abstractmethod
    def _create(self, client: LlamaCloud, file_id: str, rules: list[Row]) -> Any:
        """Create a job and return it."""

    @abstractmethod
    def _jobs(self, client: LlamaCloud) -> list[Any]:
        """Return the newest jobs."""

    @abstractmethod
    def _types(self, job: Any) -> list[str]:
        """Return the types of a job's rules."""

    def _connect(self, base_url: str, api_key: str, **options: Any) -> LlamaCloud:
        return LlamaCloud(base_url=base_url, api_key=api_key, **options)


class FirstVersion(Scenarios):
    """`client.classifier`."""

    def v1_lost_answer(self) -> Row:
        return self._retried("unavailable")

    def v1_lost_connection(self) -> Row:
        return self._retried("closed")

    def v1_after_too_many(self) -> Row:
        return self._retried_after_too_many()

    def v1_refused_rule(self) -> None:
        rules = [{"type": "a/b", "description": "too short"}]
        self._create(self._client, self._upload(self._client), rules)

    def v1_polling_timeout(self) -> str:
        try:
            self._pending().classifier.classify(
                file_ids=[self._upload(self._client)],
                rules=self._rules,
                polling_interval=0.0,
                timeout=0.0,
            )
        except PollingTimeoutError as error:
            return type(error).__name__
        return "no exception"

    def v1_deleted_file_of_a_job(self) -> None:
        file_id = self._upload(self._client)
        self._client.files.delete(file_id)
        self._create(self._client, file_id, self._rules)

    def _create(self, client: LlamaCloud, file_id: str, rules: list[Row]) -> Any:
        return client.classifier.jobs.create(file_ids=[file_id], rules=rules)

    def _jobs(self, client: LlamaCloud) -> list[Any]:
        return client.classifier.jobs.list(page_size=50).items

    def _types(self, job: Any) -> list[str]:
        return [rule.type for rule in job.rules]


class SecondVersion(Scenarios):
    """`client.classify`."""

    def v2_lost_answer(self) -> Row:
        return self._retried("unavailable")

    def v2_lost_connection(self) -> Row:
        return self._retried("closed")

    def v2_after_too_many(self) -> Row:
        return self._retried_after_too_many()

    def v2_refused_rule(self) -> None:
        rules = [{"type": "a/b", "description": "too short"}]
        self._create(self._client, self._upload(self._client), rules)

    def v2_polling_timeout(self) -> str:
        try:
            self._pending().classify.run(
                file_input=self._upload(self._client),
                configuration={"rules": self._rules},
                polling_interval=0.0,
                polling_timeout=0.0,
            )
        except PollingTimeoutError as error:
            return type(error).__name__
        return "no exception"

    def _create(self, client: LlamaCloud, file_id: str, rules: list[Row]) -> Any:
        # Releases before 2.1 call it file_id.
        name = "file_id" if llama_cloud.__version__ < "2.1" else "file_input"
        return client.classify.create(configuration={"rules": rules}, **{name: file_id})

    def _jobs(self, client: LlamaCloud) -> list[Any]:
        return client.classify.list(page_size=50).items

    def _types(self, job: Any) -> list[str]:
        return [rule.type for rule in job.configuration.rules]


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    versions = {"classifier": FirstVersion, "classify": SecondVersion}
    print_report(methods_of_versions(LlamaCloud, versions))


if __name__ == "__main__":
    main()
