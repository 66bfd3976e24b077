"""The fields of the answers of version 1, and how their bodies are read."""

from datetime import datetime
from typing import Any

import httpx2

JOB_FIELDS = {
    "id",
    "project_id",
    "user_id",
    "status",
    "rules",
    "mode",
    "parsing_configuration",
    "created_at",
    "updated_at",
    "effective_at",
    "job_record_id",
    "min_confidence",
    "learn",
    "file_count",
    "ended_count",
    "failed_count",
    "error_message",
}
# `file_name`, `error` and `label` are our extensions.
ITEM_FIELDS = {
    "id",
    "classify_job_id",
    "file_id",
    "file_name",
    "created_at",
    "updated_at",
    "result",
    "error",
    "label",
}
RESULT_FIELDS = {
    "type",
    "confidence",
    "reasoning",
    "candidates",
    "evidence",
    "summary",
    "reasons",
    "details",
}
PAGE_FIELDS = {"items", "next_page_token", "total_size"}
FILE_FIELDS = {
    "id",
    "name",
    "project_id",
    "external_file_id",
    "file_type",
    "purpose",
    "expires_at",
    "last_modified_at",
    "download_url",
}


def is_moment(value: str) -> bool:
    return datetime.fromisoformat(value).tzinfo is not None


def json_of(answer: httpx2.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    # The TypeScript clients hand back a string, and strict Python raises, for any other type.
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    return answer.json()
