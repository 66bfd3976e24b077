"""Drive a server with one release of llama-cloud (1.0.0 or later), alone in its interpreter.

Reads {base_url, api_key, invoice, recipe, broken, rules, folder} as JSON from the standard input
and prints one JSON object: for each scenario what came out, or the exception that ended it.
Scenarios of a version of the API that this release does not speak are left out.
"""

import asyncio
import hashlib
import hmac
import json
import threading
import urllib.request
import uuid
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import llama_cloud
from llama_cloud import AsyncLlamaCloud, LlamaCloud
from reporting import methods_of_versions, print_report

UNKNOWN = "00000000-0000-4000-8000-000000000000"
SECRET = "a secret of the receiver's"
# The default is a second; the tests have no time for it.
POLL = {"polling_interval": 0.1, "timeout": 60.0}

Given = dict[str, Any]


class Scenarios:
    """What every release can do: files. Each public method is one scenario."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._rules = given["rules"]
        self._folder = Path(given["folder"])
        self._client = self._new_client()

    def upload_of_every_kind(self) -> list[str]:
        path = self._invoice_path()
        data = self._given["invoice"].encode()
        with path.open("rb") as opened:
            kinds = [
                opened,
                path,
                data,
                BytesIO(data),
                ("n.txt", data),
                ("m.txt", data, "text/plain"),
                ("l.txt", BytesIO(data), "text/plain", {"X-Part": "1"}),
            ]
            return [self._client.files.create(file=file, purpose="classify").name for file in kinds]

    def uploads_asynchronously(self) -> list[str]:
        async def upload() -> list[str]:
            path = self._invoice_path()
            async with self._new_async_client() as client:
                data = path.read_bytes()
                kinds = [path, data, BytesIO(data), ("n.txt", data, "text/plain")]
                return [
                    (await client.files.create(file=file, purpose="classify")).name
                    for file in kinds
                ]

        return asyncio.run(upload())

    def found_by_name_and_external_id(self) -> dict[str, Any]:
        name = f"{uuid.uuid4()}.txt"
        file = self._client.files.create(
            file=(name, self._given["invoice"].encode()),
            purpose="classify",
            external_file_id=f"ours {name}",
        )
        by_name = self._client.files.list(file_name=name)
        by_external = self._client.files.list(external_file_id=f"ours {name}")
        found = {
            "by_name": [each.id == file.id for each in by_name],
            "by_external_id": [each.id == file.id for each in by_external],
        }
        if hasattr(self._client.files, "retrieve"):
            retrieved = self._client.files.retrieve(file.id)
            found["retrieved"] = [retrieved.name == name]
        return found

    def content(self) -> bool:
        file_id = self._upload("invoice")
        files = self._client.files
        link = files.content(file_id) if hasattr(files, "content") else files.get(file_id)
        with urllib.request.urlopen(link.url) as answer:
            return answer.read() == self._given["invoice"].encode()

    def list_files(self) -> dict[str, Any]:
        ids = {self._upload("recipe") for _ in range(3)}
        listed = [file.id for file in self._client.files.list(page_size=1, file_ids=list(ids))]
        queried = self._client.files.query(filter={"file_ids": list(ids)})
        return {
            "listed": sorted(listed) == sorted(ids),
            "queried": {file.id for file in queried.items} == ids,
        }

    def deleted_file(self) -> list[str]:
        file_id = self._upload("recipe")
        self._client.files.delete(file_id)
        self._client.files.delete(file_id)
        return []

    def projects(self) -> bool:
        projects = self._client.projects.list()
        return self._client.projects.get(projects[0].id).id == projects[0].id

    def _upload(self, what: str) -> str:
        data = self._given[what].encode()
        return self._client.files.create(file=(f"{what}.txt", data), purpose="classify").id

    def _upload_broken(self) -> str:
        data = bytes.fromhex(self._given["broken"])
        return self._client.files.create(file=("broken.pdf", data), purpose="classify").id

    def _invoice_path(self) -> Path:
        path = self._folder / "invoice.txt"
        path.write_text(self._given["invoice"])
        return path

    def _new_async_client(self) -> AsyncLlamaCloud:
        return AsyncLlamaCloud(
            api_key=self._given["api_key"],
            base_url=self._given["base_url"],
            max_retries=0,
            _strict_response_validation=True,
        )

    def _new_client(self) -> LlamaCloud:
        return LlamaCloud(
            api_key=self._given["api_key"],
            base_url=self._given["base_url"],
            max_retries=0,
            _strict_response_validation=True,
        )


class FirstVersion(Scenarios):
    """`client.classifier`, which 2.16.0 dropped."""

    def v1_classify(self) -> list[str | None]:
        """The quick start of the documentation."""
        file_id = self._client.files.create(file=self._invoice_path(), purpose="classify").id
        results = self._client.classifier.classify(
            file_ids=[file_id],
            rules=self._rules,
            mode="FAST",
            **POLL,
        )
        return [item.result.type for item in results.items if item.result]

    def v1_classify_asynchronously(self) -> list[str | None]:
        async def classify() -> list[str | None]:
            async with AsyncLlamaCloud(
                api_key=self._given["api_key"], base_url=self._given["base_url"]
            ) as client:
                data = self._given["recipe"].encode()
                file = await client.files.create(file=("r.txt", data), purpose="classify")
                results = await client.classifier.classify(
                    file_ids=[file.id], rules=self._rules, **POLL
                )
                return [item.result.type for item in results.items if item.result]

        return asyncio.run(classify())

    def v1_step_by_step_asynchronously(self) -> dict[str, Any]:
        async def step() -> dict[str, Any]:
            async with self._new_async_client() as client:
                path = self._invoice_path()
                file = await client.files.create(file=path, purpose="classify")
                create = client.classifier.jobs.create
                ids = [(await create(file_ids=[file.id], rules=self._rules)).id for _ in range(3)]
                done = await client.classifier.wait_for_completion(ids[0], **POLL)
                items = (await client.classifier.jobs.get_results(ids[0])).items
                listed: list[str] = []
                async for job in client.classifier.jobs.list(page_size=1):
                    listed.append(job.id)
                    if len(listed) == len(ids):
                        break
                return {
                    "status": done.status,
                    "types": [item.result.type for item in items if item.result],
                    "listed": listed == ids[::-1],
                }

        return asyncio.run(step())

    def v1_job_step_by_step(self) -> dict[str, Any]:
        ids = [self._upload("invoice"), self._upload("recipe"), self._upload("invoice")]
        ids.append(ids[0])
        job = self._client.classifier.jobs.create(
            file_ids=ids,
            rules=self._rules,
            mode="MULTIMODAL",
            parsing_configuration={"lang": "de", "max_pages": 0, "target_pages": [0]},
        )
        done = self._client.classifier.wait_for_completion(job.id, **POLL)
        items = self._client.classifier.jobs.get_results(job.id).items
        return {
            "status": [job.status, done.status],
            "mode": done.mode,
            "rules": [rule.type for rule in done.rules] == [rule["type"] for rule in self._rules],
            "file_ids": [item.file_id for item in items] == ids,
            "types": [item.result.type for item in items if item.result],
            "reasoned": all(item.result and item.result.reasoning for item in items),
        }

    def v1_list_across_pages(self) -> bool:
        file_id = self._upload("recipe")
        create = self._client.classifier.jobs.create
        ids = [create(file_ids=[file_id], rules=self._rules).id for _ in range(3)]
        listed: list[str] = []
        for job in self._client.classifier.jobs.list(page_size=1):
            listed.append(job.id)
            if len(listed) == len(ids):
                break
        return listed == ids[::-1]

    def v1_broken_file(self) -> list[str]:
        file_id = self._upload_broken()
        self._client.classifier.classify(file_ids=[file_id], rules=self._rules, **POLL)
        return []

    def v1_unknown_job(self) -> list[str]:
        self._client.classifier.jobs.get(UNKNOWN)
        return []

    def v1_unknown_file(self) -> list[str]:
        self._client.classifier.jobs.create(file_ids=[UNKNOWN], rules=self._rules)
        return []

    def v1_webhook(self) -> dict[str, Any]:
        with Receiver() as receiver:
            configuration = {"webhook_url": receiver.url, "webhook_signing_secret": SECRET}
            # Releases before 1.2.0 have no argument for it, but they all have this one.
            self._client.classifier.jobs.create(
                file_ids=[self._upload("invoice")],
                rules=self._rules,
                extra_body={"webhook_configurations": [configuration]},
            )
            return receiver.received()


class SecondVersion(Scenarios):
    """`client.classify`, since 1.6.0."""

    def v2_classify(self) -> str | None:
        """The quick start of the documentation, where this release has `run`."""
        job = self._create("invoice")
        if not hasattr(self._client.classify, "run"):
            return self._wait(job.id).result.type
        file = self._client.files.create(file=self._invoice_path(), purpose="classify")
        job = self._client.classify.run(
            file_input=file.id,
            configuration={"rules": self._rules},
            **POLL,
        )
        return job.result.type if job.result else None

    def v2_job_step_by_step(self) -> dict[str, Any]:
        job = self._create("recipe")
        done = self._wait(job.id)
        return {
            "status": done.status,
            "type": done.result.type,
            "reasoned": bool(done.result.reasoning),
            "rules": len(done.configuration.rules) == len(self._rules),
        }

    def v2_asynchronously(self) -> dict[str, Any]:
        async def step() -> dict[str, Any]:
            async with self._new_async_client() as client:
                ids = [self._create("recipe").id for _ in range(3)]
                await asyncio.to_thread(self._wait, ids[0])
                job = await client.classify.get(ids[0])
                listed = [job.id async for job in client.classify.list(page_size=1, job_ids=ids)]
                return {"type": job.result.type, "listed": listed == ids[::-1]}

        return asyncio.run(step())

    def v2_list_across_pages(self) -> bool:
        ids = [self._create("recipe").id for _ in range(3)]
        listed = [job.id for job in self._client.classify.list(page_size=1, job_ids=ids)]
        return listed == ids[::-1]

    def v2_same_transaction(self) -> bool:
        first, second = (self._create("recipe", transaction_id="once") for _ in range(2))
        return first.id == second.id

    def v2_unknown_job(self) -> list[str]:
        self._client.classify.get(UNKNOWN)
        return []

    def v2_broken_file(self) -> dict[str, Any]:
        job = self._wait(self._create_for(self._upload_broken()).id)
        return {"status": job.status, "says_why": bool(job.error_message)}

    def v2_webhook(self) -> dict[str, Any]:
        with Receiver() as receiver:
            configuration = {"webhook_url": receiver.url, "webhook_signing_secret": SECRET}
            self._create("invoice", extra_body={"webhook_configurations": [configuration]})
            return receiver.received()

    def _create(self, what: str, **options: Any) -> Any:
        return self._create_for(self._upload(what), **options)

    def _create_for(self, file_id: str, **options: Any) -> Any:
        # Releases before 2.1 call it file_id.
        name = "file_id" if llama_cloud.__version__ < "2.1" else "file_input"
        return self._client.classify.create(
            configuration={"rules": self._rules}, **{name: file_id}, **options
        )

    def _wait(self, job_id: str) -> Any:
        if hasattr(self._client.classify, "wait_for_completion"):
            try:
                return self._client.classify.wait_for_completion(job_id, **POLL)
            except llama_cloud.PollingError:
                return self._client.classify.get(job_id)
        while (job := self._client.classify.get(job_id)).status in ("PENDING", "RUNNING"):
            threading.Event().wait(0.1)
        return job


class Receiver:
    """A webhook's receiver that keeps the first delivery."""

    def __enter__(self) -> Self:
        self._arrived = threading.Event()
        self._found: dict[str, Any] = {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204)
                self.end_headers()
                receiver._keep(body, self.headers["LC-Signature"])

            def log_message(self, *_: object) -> None:
                """Print nothing: the standard output is the report."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def received(self) -> dict[str, Any]:
        self._arrived.wait(60)
        return self._found

    def _keep(self, body: bytes, signature: str) -> None:
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        # By default the body is a JSON string that holds JSON.
        event = json.loads(json.loads(body))
        self._found = {"event": event["event_type"], "signed": signature == f"sha256={digest}"}
        self._arrived.set()


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    versions = {"classifier": FirstVersion, "classify": SecondVersion}
    print_report(methods_of_versions(LlamaCloud, versions))


if __name__ == "__main__":
    main()
