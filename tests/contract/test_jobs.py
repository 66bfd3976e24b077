"""`client.classifier.*` of llama-cloud 2.15.0."""

import asyncio
import uuid

import pytest
from llama_cloud import AsyncLlamaCloud, LlamaCloud
from llama_cloud._polling import PollingError

from devtools.server import RunningServer
from tests.contract.conftest import Run, Upload, finished
from tests.contract.texts import BROKEN_PDF, INVOICE, RECIPE, RULES

QUICK = {"polling_interval": 0.1, "backoff": "constant"}


def test_create_answers_at_once_with_what_was_sent(client: LlamaCloud, a_file: str) -> None:
    job = client.classifier.jobs.create(
        file_ids=[a_file],
        rules=RULES,
        mode="MULTIMODAL",
        parsing_configuration={"lang": "de", "max_pages": 0, "target_pages": [0]},
    )
    assert job.status == "PENDING"
    assert [rule.model_dump() for rule in job.rules] == RULES
    assert job.mode == "MULTIMODAL"
    assert job.parsing_configuration is not None
    assert job.parsing_configuration.model_dump() == {
        "lang": "de",
        "max_pages": 0,
        "target_pages": [0],
    }
    assert job.created_at is not None
    assert job.created_at.tzinfo is not None
    assert job.error_message is None


def test_defaults_are_filled_in(client: LlamaCloud, a_file: str) -> None:
    job = client.classifier.jobs.create(file_ids=[a_file], rules=RULES)
    assert job.mode == "FAST"
    assert job.parsing_configuration is not None
    assert job.parsing_configuration.model_dump() == {
        "lang": "en",
        "max_pages": 5,
        "target_pages": None,
    }


def test_get_finds_the_job(client: LlamaCloud, a_file: str) -> None:
    created = client.classifier.jobs.create(file_ids=[a_file], rules=RULES)
    found = client.classifier.jobs.get(created.id)
    assert (found.id, found.project_id, found.created_at) == (
        created.id,
        created.project_id,
        created.created_at,
    )


def test_results_can_be_asked_for_at_any_time(client: LlamaCloud, upload: Upload) -> None:
    files = [upload(INVOICE), upload(RECIPE)]
    job = client.classifier.jobs.create(file_ids=files, rules=RULES)
    early = client.classifier.jobs.get_results(job.id)
    assert [item.file_id for item in early.items] == files
    finished(client, job.id)
    late = client.classifier.jobs.get_results(job.id)
    assert [item.id for item in late.items] == [item.id for item in early.items]
    assert {item.classify_job_id for item in late.items} == {job.id}
    assert late.next_page_token is None


def test_classify_answers_a_verdict_for_each_file(client: LlamaCloud, upload: Upload) -> None:
    results = client.classifier.classify(
        file_ids=[upload(RECIPE), upload(INVOICE)], rules=RULES, **QUICK
    )
    verdicts = [item.result for item in results.items]
    assert [verdict and verdict.type for verdict in verdicts] == ["recipe", "invoice"]
    for verdict in verdicts:
        assert verdict is not None
        assert 0 < verdict.confidence <= 1
        assert verdict.reasoning


def test_classify_with_the_async_client(server: RunningServer) -> None:
    async def classify() -> list[str | None]:
        async with AsyncLlamaCloud(
            base_url=server.base_url, api_key=server.api_key, _strict_response_validation=True
        ) as client:
            files = await asyncio.gather(
                *(
                    client.files.create(file=(name, text.encode()), purpose="classify")
                    for name, text in (("a.txt", INVOICE), ("b.txt", RECIPE))
                )
            )
            results = await client.classifier.classify(
                file_ids=[file.id for file in files], rules=RULES, **QUICK
            )
            listed = [job.id async for job in client.classifier.jobs.list(page_size=20)]
            assert results.items[0].classify_job_id in listed
            return [item.result and item.result.type for item in results.items]

    assert asyncio.run(classify()) == ["invoice", "recipe"]


def test_wait_for_completion(client: LlamaCloud, a_file: str) -> None:
    job = client.classifier.jobs.create(file_ids=[a_file], rules=RULES)
    done = client.classifier.wait_for_completion(job.id, **QUICK)
    assert done.status == "SUCCESS"
    assert done.updated_at is not None
    assert done.created_at is not None
    assert done.updated_at >= done.created_at


def test_one_item_for_each_entry_of_file_ids(run: Run, upload: Upload) -> None:
    invoice, recipe = upload(INVOICE), upload(RECIPE)
    order = [recipe, invoice, recipe, recipe]
    job, items = run(order)
    assert job.status == "SUCCESS"
    assert [item.file_id for item in items] == order
    assert len({item.id for item in items}) == 4
    assert [item.result and item.result.type for item in items] == [
        "recipe",
        "invoice",
        "recipe",
        "recipe",
    ]


def test_no_rule_fits_is_a_success(run: Run, upload: Upload) -> None:
    job, items = run([upload(RECIPE)], rules=RULES[:1])
    assert job.status == "SUCCESS"
    assert items[0].result is not None
    assert items[0].result.type is None


def test_a_broken_file_is_a_partial_success(run: Run, upload: Upload) -> None:
    job, items = run([upload(INVOICE), upload(BROKEN_PDF, "broken.pdf")])
    assert job.status == "PARTIAL_SUCCESS"
    assert items[0].result is not None
    assert items[1].result is None
    assert job.error_message is not None
    assert job.error_message.startswith("1 of 2 files failed: broken.pdf: ")


def test_partial_success_counts_as_complete(client: LlamaCloud, upload: Upload) -> None:
    results = client.classifier.classify(
        file_ids=[upload(BROKEN_PDF, "broken.pdf"), upload(INVOICE)], rules=RULES, **QUICK
    )
    assert [item.result is None for item in results.items] == [True, False]


def test_no_readable_file_is_an_error(client: LlamaCloud, upload: Upload) -> None:
    broken = upload(BROKEN_PDF, "broken.pdf")
    with pytest.raises(PollingError, match=r"1 of 1 files? failed: broken\.pdf: "):
        client.classifier.classify(file_ids=[broken], rules=RULES, **QUICK)


def test_results_of_a_failed_job_are_there(run: Run, upload: Upload) -> None:
    job, items = run([upload(b"", "empty.txt"), upload(b"MZ\x90\x00" * 500, "program.exe")])
    assert job.status == "ERROR"
    assert [item.result for item in items] == [None, None]


def test_the_async_client_gets_the_results_of_a_failed_job(
    server: RunningServer, upload: Upload
) -> None:
    broken = upload(BROKEN_PDF, "broken.pdf")

    async def classify() -> int:
        async with AsyncLlamaCloud(base_url=server.base_url, api_key=server.api_key) as client:
            # The async helper logs where the sync one raises, and goes on to the results.
            results = await client.classifier.classify(file_ids=[broken], rules=RULES, **QUICK)
            return len(results.items)

    assert asyncio.run(classify()) == 1


def test_target_pages_beyond_the_end_fail_the_file(run: Run, upload: Upload) -> None:
    job, items = run([upload(INVOICE)], parsing_configuration={"target_pages": [7, 8]})
    assert job.status == "ERROR"
    assert items[0].result is None


def test_target_pages_beyond_the_end_are_ignored_beside_others(run: Run, upload: Upload) -> None:
    job, _ = run([upload(INVOICE)], parsing_configuration={"target_pages": [0, 0, 8]})
    assert job.status == "SUCCESS"


def test_no_limit_of_pages(run: Run, upload: Upload) -> None:
    job, _ = run([upload(INVOICE)], parsing_configuration={"max_pages": None})
    assert job.status == "SUCCESS"
    assert job.parsing_configuration is not None
    assert job.parsing_configuration.max_pages is None


def test_the_longer_form_of_a_file_id_is_accepted(run: Run, upload: Upload) -> None:
    file_id = upload(INVOICE)
    job, items = run([f"dfl-{file_id}"])
    assert job.status == "SUCCESS"
    assert items[0].file_id == file_id


def test_the_limits_themselves_are_allowed(run: Run, a_file: str) -> None:
    rules = [
        {"type": "a" * 50, "description": "0123456789"},
        {"type": "With-hyphen and_underscore 2", "description": "x" * 500},
        {"type": "Gebührenbescheid", "description": "Bescheid über eine Gebühr."},
    ]
    job, _ = run([a_file], rules=rules)
    assert [rule.model_dump() for rule in job.rules] == rules


def test_results_outlive_the_file(client: LlamaCloud, run: Run, upload: Upload) -> None:
    file_id = upload(INVOICE)
    job, before = run([file_id])
    client.files.delete(file_id)
    after = client.classifier.jobs.get_results(job.id).items
    assert [item.result for item in after] == [item.result for item in before]


def test_list_is_newest_first_and_complete(client: LlamaCloud, a_file: str) -> None:
    created = [client.classifier.jobs.create(file_ids=[a_file], rules=RULES).id for _ in range(5)]
    page = client.classifier.jobs.list(page_size=2)
    assert [job.id for job in page.items] == created[:2:-1]
    assert page.has_next_page()
    listed = [job.id for job in page]
    assert listed[:5] == created[::-1]
    assert len(listed) == len(set(listed))


def test_jobs_created_while_paging_are_neither_doubled_nor_skip_others(
    client: LlamaCloud, a_file: str
) -> None:
    before = [client.classifier.jobs.create(file_ids=[a_file], rules=RULES).id for _ in range(4)]
    listed: list[str] = []
    for number, job in enumerate(client.classifier.jobs.list(page_size=2)):
        if number < 4:
            client.classifier.jobs.create(file_ids=[a_file], rules=RULES)
        listed.append(job.id)
    assert listed[:4] == before[::-1]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("page_size", [0, 100_000])
def test_a_strange_page_size_is_harmless(client: LlamaCloud, a_file: str, page_size: int) -> None:
    job = client.classifier.jobs.create(file_ids=[a_file], rules=RULES)
    assert client.classifier.jobs.list(page_size=page_size).items[0].id == job.id


def test_the_own_project_can_be_named(client: LlamaCloud, a_file: str) -> None:
    project_id = client.files.retrieve(a_file).project_id
    job = client.classifier.jobs.create(file_ids=[a_file], rules=RULES, project_id=project_id)
    assert job.project_id == project_id
    assert client.classifier.jobs.get(job.id, project_id=project_id).id == job.id
    # Some clients name the project when they create a job and leave it out when they poll.
    assert client.classifier.jobs.get(job.id).id == job.id


def test_a_webhook_for_each_spelling_of_an_event_is_accepted(
    client: LlamaCloud, a_file: str
) -> None:
    job = client.classifier.jobs.create(
        file_ids=[a_file],
        rules=RULES,
        webhook_configurations=[
            {
                "webhook_url": "https:",
                "webhook_events": ["string", "parse.success", "classify.success"],
                "webhook_headers": {"X-Any": "value"},
                "webhook_output_format": "json",
            },
            {"webhook_url": None, "webhook_events": None},
        ],
    )
    assert uuid.UUID(job.id)
