"""What /docs says beside the operations: an introduction, their order, examples of requests.

The examples are requests that a server with these files takes as they are.
"""

from typing import Any

INTRODUCTION = """\
Sort documents by rules in plain language, without an LLM and without a network.

**Begin with three calls**

1. `POST /api/v1/beta/files` uploads a document and answers its `id`.
2. `POST /api/v1/classifier/jobs` classifies documents by your rules.
3. `GET /api/v1/classifier/jobs/{id}/results` answers a type, a confidence and reasons for each
   document, as soon as it has been read. Poll `GET /api/v1/classifier/jobs/{id}` until its status
   is not `PENDING`, or give the job a webhook.

**Authorize**: each call needs the header `Authorization: Bearer <key>`. The first key of a server
on one machine is in the file `admin.key` of its data directory; `pigeonhole keys create` makes
others. The button *Authorize* sends it with the calls that you try out here.

**Clients**: the official SDKs of LlamaCloud work unchanged. Point them at this server with
`LLAMA_CLOUD_BASE_URL`, without `/api/v1`. What is marked as an extension is not part of the
original API.

To look at documents and results without a program, open the console at `/console`.
"""

# In the order in which they are used. The key is the tag of the routes.
SECTIONS: dict[str, tuple[str, str]] = {
    "files": ("Files", "Upload documents. The first step of everything."),
    "classifier": (
        "Classify",
        "Jobs of up to 500 files, version 1: create, poll, read the results.",
    ),
    "classifier (extensions)": ("Classify: cancel and delete", "Extensions of this server."),
    "rules (extension)": (
        "Rules",
        "Hints about rules while somebody writes them. An extension.",
    ),
    "labels (extensions)": (
        "Labels",
        "Say what documents really are: one by one, or as a table. An extension.",
    ),
    "learning (extensions)": (
        "Learning",
        "How well rules do on labelled documents, and what to label next. An extension.",
    ),
    "pages (extensions)": (
        "Pages",
        "Pictures and texts of pages, and where quotes are on them. An extension.",
    ),
    "classify": ("Classify, version 2", "One document a job."),
    "configurations": ("Saved rules", "Rules under a name, with their versions."),
    "webhooks": ("Webhook log", "What was sent for a job, and sending it again. An extension."),
    "webhook configurations": ("Saved webhooks", "Webhooks for all jobs of a project."),
    "projects": ("Projects", "The projects and the organization of the key."),
    "status (extension)": ("Status", "The queue, the workers and the store. An extension."),
    "administration (extensions)": (
        "Administration",
        "Keys, projects and the audit log, for keys made with `--admin`. Extensions.",
    ),
    "health": ("Health", "For load balancers and monitoring. Needs no key."),
    "older": (
        "Files, older spelling",
        "What `llama-cloud-services` calls. The endpoints of `/api/v1/beta/files` do the same.",
    ),
}
OLDER_FILES = "/api/v1/files"

FILE_ID = "3f2b8a6e-6f0c-4a3f-9b59-0c6a4c1f7a10"
RULES = [
    {
        "type": "invoice",
        "description": "A supplier's bill with an invoice number, line items and a total to pay.",
    },
    {
        "type": "contract",
        "description": "An agreement between parties with numbered clauses and signatures.",
    },
]
_SAVED = {"product_type": "classify_v2", "rules": RULES, "min_confidence": 0.6}
_WEBHOOK = {
    "webhook_url": "https://example.com/hooks/pigeonhole",
    "webhook_events": ["parse.success", "parse.failure"],
}
_JOBS = "/api/v1/classifier/jobs"
_CONFIGURATIONS = "/api/v1/beta/configurations"
_WEBHOOKS = "/api/v1/beta/webhook-configs"

EXAMPLES: dict[tuple[str, str], Any] = {
    ("post", _JOBS): {
        "file_ids": [FILE_ID],
        "rules": RULES,
        "parsing_configuration": {"max_pages": 5},
    },
    ("post", "/api/v1/classifier/rules/lint"): {"rules": RULES},
    ("put", f"{_JOBS}/{{classify_job_id}}/results/{{item_id}}/label"): {"type": "contract"},
    ("put", "/api/v2/classify/{job_id}/label"): {"type": "contract"},
    ("post", "/api/v1/files/{file_id}/pages/{page}/marks"): {"quotes": ["Amount due"]},
    ("post", "/api/v1/beta/files/query"): {"filter": {"file_name": "invoice.pdf"}},
    ("put", "/api/v1/files"): {"name": "invoice.pdf"},
    ("post", "/api/v2/classify"): {"file_input": FILE_ID, "configuration": {"rules": RULES}},
    ("post", _CONFIGURATIONS): {"name": "Office mail", "parameters": _SAVED},
    ("put", f"{_CONFIGURATIONS}/{{configuration_id}}"): {"parameters": _SAVED},
    ("post", _WEBHOOKS): _WEBHOOK,
    ("put", f"{_WEBHOOKS}/{{webhook_id}}"): _WEBHOOK,
    ("post", "/api/v1/admin/keys"): {"name": "scanner", "expires_at": "2040-01-01T00:00:00Z"},
    ("post", "/api/v1/admin/keys/{key_id}/rotate"): {"grace_seconds": 86400},
    ("post", "/api/v1/admin/projects"): {"name": "Accounting"},
}


def arrange(document: dict[str, Any]) -> None:
    """Put the introduction, sections in the order of use, and examples into a description."""
    document["info"]["description"] = INTRODUCTION
    document["tags"] = [{"name": title, "description": text} for title, text in SECTIONS.values()]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = "older" if _is_older(path) else operation["tags"][0]
            operation["tags"] = [SECTIONS[tag][0]]
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None:
                content["example"] = EXAMPLES[method, path]


def _is_older(path: str) -> bool:
    is_page = "/pages/" in path
    return (path == OLDER_FILES or path.startswith(OLDER_FILES + "/")) and not is_page
