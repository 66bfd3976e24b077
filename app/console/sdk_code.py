"""Rules as code for the official SDKs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

LANGUAGES = ("Python", "TypeScript")

_PYTHON = """\
from llama_cloud import LlamaCloud  # pip install llama-cloud==2.15.0

# LLAMA_CLOUD_BASE_URL and LLAMA_CLOUD_API_KEY name the server and the key.
client = LlamaCloud()
rules = [
{rules}]

file = client.files.create(file="document.pdf", purpose="classify")
for item in client.classifier.classify(file_ids=[file.id], rules=rules).items:
    print(item.result)
"""
_TYPESCRIPT = """\
import fs from 'node:fs';
import LlamaCloud from '@llamaindex/llama-cloud'; // npm install @llamaindex/llama-cloud@2.15.0

// LLAMA_CLOUD_BASE_URL and LLAMA_CLOUD_API_KEY name the server and the key.
const client = new LlamaCloud();
const rules = [
{rules}];

const file = await client.files.create({{
  file: fs.createReadStream('document.pdf'),
  purpose: 'classify',
}});
const results = await client.classifier.classify({{ file_ids: [file.id], rules }});
for (const item of results.items) console.log(item.result);
"""


def write_code(language: str, rules: Sequence[Mapping[str, Any]]) -> str:
    """Return a program that classifies a document by these rules."""
    if language == "Python":
        lines = (
            f'    {{"type": {_quote(rule["type"])},'
            f' "description": {_quote(rule["description"])}}},\n'
            for rule in rules
        )
        return _PYTHON.format(rules="".join(lines))
    lines = (
        f"  {{ type: {_quote(rule['type'])}, description: {_quote(rule['description'])} }},\n"
        for rule in rules
    )
    return _TYPESCRIPT.format(rules="".join(lines))


def _quote(text: str) -> str:
    """Return a string literal of both languages: they read JSON's escapes alike."""
    return (
        json.dumps(text, ensure_ascii=False)
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
