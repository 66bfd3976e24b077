"""Classifying on a server: uploads files in small jobs, and deletes both when they have ended."""

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any, Self

from app.configurations.rules_file import FileExample, FileRule, RulesFile
from app.errors import FileError, FileErrorCode, PigeonholeError, StartupError
from app.text import escape_line
from cli.api_client.address import Server
from cli.api_client.client import ServerClient, ServerRefused
from cli.classification.file_opening import open_file
from cli.classification.results import FileResult

# Small jobs, so that results come early; several at once, so that the server never waits.
_JOB_FILES = 10
_MAX_JOBS = 4
_POLLS = (0.2, 0.5, 1.0, 2.0)
_CODES = {413: FileErrorCode.TOO_LARGE, 422: FileErrorCode.UNSUPPORTED_TYPE}
_JOBS = "/api/v1/classifier/jobs"
_FILES = "/api/v1/beta/files"


@dataclass(slots=True)
class _RemoteJob:
    """A job on the server and the files that have not ended yet, by file id."""

    id: str = ""
    file_ids: list[str] = field(default_factory=list)
    waiting: dict[str, Path] = field(default_factory=dict)


class RemoteClassifier:
    """Classifies on a server. Entering its context checks the server, the key and the rules.

    Files and jobs are deleted from the server as soon as their results are here, and when the
    command is interrupted, unless `keep` is true.
    """

    def __init__(self, rules: RulesFile, server: Server, *, keep: bool = False) -> None:
        self._rules = rules
        self._server = server
        self._keep = keep
        self._client = ServerClient(server)
        self._request: dict[str, Any] = {}
        self._jobs: list[_RemoteJob] = []
        # The examples.
        self._uploads: list[str] = []

    def __enter__(self) -> Self:
        try:
            self._client.check()
            self._request = self._make_request()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # Without a server there is nothing to delete; its retention does so one day.
        with contextlib.suppress(PigeonholeError, StartupError):
            for job in list(self._jobs):
                with contextlib.suppress(ServerRefused):
                    if job.id:
                        self._client.post(f"{_JOBS}/{job.id}/cancel")
                self._forget(job)
            self._delete_files(self._uploads)
        self._client.close()

    def describe(self) -> str:
        """Return one line that says where the documents go."""
        after = "stay there" if self._keep else "are deleted there when they are done"
        return f"Sending documents to {escape_line(self._server.url)}; they {after}."

    def classify(self, paths: Iterable[Path]) -> Iterator[FileResult]:
        """Return a result for each file, in the order in which they end."""
        files, polls = iter(paths), 0
        while True:
            batch = list(islice(files, _JOB_FILES)) if len(self._jobs) < _MAX_JOBS else []
            if batch:
                yield from self._start_job(batch)
            elif not self._jobs:
                return
            polls += 1
            for job in list(self._jobs):
                for result in self._poll(job):
                    polls = 0
                    yield result
            if not batch:
                time.sleep(_POLLS[min(polls, len(_POLLS) - 1)])

    def _make_request(self) -> dict[str, Any]:
        """Return what all jobs have in common; uploads the examples' files."""
        rules = self._rules
        parsing: dict[str, Any] = {"max_pages": rules.max_pages}
        if rules.lang is not None:
            parsing["lang"] = rules.lang
        if rules.target_pages is not None:
            parsing["target_pages"] = list(rules.target_pages)
        request: dict[str, Any] = {
            "rules": [self._rule(rule) for rule in rules.rules],
            "mode": rules.mode,
            "parsing_configuration": parsing,
        }
        if rules.min_confidence is not None:
            request["min_confidence"] = rules.min_confidence
        if rules.learn is not None:
            request["learn"] = rules.learn
        return request

    def _rule(self, rule: FileRule) -> dict[str, Any]:
        examples = [self._example(rule.type, example) for example in rule.examples]
        wire: dict[str, Any] = {"type": rule.type, "description": rule.description}
        return {**wire, "examples": examples} if examples else wire

    def _example(self, type_: str, example: FileExample) -> dict[str, str]:
        if example.text is not None:
            return {"text": example.text}
        if example.file_id is not None:
            return {"file_id": str(example.file_id)}
        assert example.path is not None  # noqa: S101  # an example has one of the three
        try:
            file_id = self._upload(example.path)
        except FileError as error:
            raise StartupError(
                f"the example {escape_line(example.path.name)} of {type_} cannot be sent: "
                f"{error.sentence}; replace it"
            ) from None
        self._uploads.append(file_id)
        return {"file_id": file_id}

    def _start_job(self, batch: Sequence[Path]) -> Iterator[FileResult]:
        """Upload files and create their job; returns a failure for each that cannot be sent."""
        job = _RemoteJob()
        self._jobs.append(job)  # before the uploads: what is interrupted is deleted, too
        for path in batch:
            try:
                job.waiting[self._upload(path)] = path
            except FileError as error:
                yield FileResult.failed(path, error.sentence, error.code)
        job.file_ids.extend(job.waiting)
        if not job.file_ids:
            self._jobs.remove(job)
            return
        try:
            answer = self._client.post(_JOBS, {"file_ids": job.file_ids, **self._request})
        except ServerRefused as error:
            what = "the rules" if error.code == HTTPStatus.UNPROCESSABLE_ENTITY else "the job"
            raise StartupError(f"the server does not take {what}: {error}") from None
        job.id = str(answer["id"])

    def _upload(self, path: Path) -> str:
        """Return the id of an uploaded file; raises FileError."""
        name = path.name.encode("utf-8", "replace").decode()
        with open_file(path) as file:
            try:
                return self._client.upload(name, file)
            except ServerRefused as error:
                code = _CODES.get(error.code, FileErrorCode.INTERNAL)
                raise FileError(code, f"the server refuses it: {error}") from None

    def _poll(self, job: _RemoteJob) -> Iterator[FileResult]:
        """Return the results that have come; forgets the job after the last one."""
        try:
            items = self._client.get(f"{_JOBS}/{job.id}/results")["items"]
        except ServerRefused as error:
            raise StartupError(f"the results are lost, because the server says: {error}") from None
        for item in items:
            path = job.waiting.get(item["file_id"])
            if path is not None and (item["result"] or item.get("error")):
                del job.waiting[item["file_id"]]
                result = _result(path, item)
                yield replace(result, file_id=item["file_id"]) if self._keep else result
        if not job.waiting:
            self._forget(job)

    def _forget(self, job: _RemoteJob) -> None:
        """Delete a job that has ended, and its files."""
        self._jobs.remove(job)
        if not self._keep:
            self._delete_files(job.file_ids or list(job.waiting))
            if job.id:
                with contextlib.suppress(ServerRefused):
                    self._client.delete(f"{_JOBS}/{job.id}")

    def _delete_files(self, file_ids: Sequence[str]) -> None:
        for file_id in file_ids if not self._keep else ():
            with contextlib.suppress(ServerRefused):
                self._client.delete(f"{_FILES}/{file_id}")


def _result(path: Path, item: Mapping[str, Any]) -> FileResult:
    """Return the result of a file from the item of a job."""
    if item["result"] is None:
        error = item["error"]
        return FileResult.failed(path, str(error["message"]), str(error["code"]))
    result = item["result"]
    return FileResult.of(path, result["type"], result["confidence"], str(result["reasoning"]))
