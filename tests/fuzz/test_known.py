"""Known ids are put into requests; deleted ones are not."""

import re

from tests.fuzz.known import FLOOR, Known

FILE = "0190a5a0-0000-7000-8000-00000000000{}"
FILES = [FILE.format(number) for number in range(10)]
READ = "GET /api/v1/files/{file_id}"
DELETE = "DELETE /api/v1/files/{file_id}"
LINK = f"/download/{FILES[0]}?expires=9&signature=abc"


def paths(known: Known, operation: str, times: int = 200) -> set[str]:
    sent = [{"file_id": "made up"} for _ in range(times)]
    for path in sent:
        known.put_into_path(operation, path)
    return {path["file_id"] for path in sent}


def test_a_path_has_real_ids_and_made_up_ones():
    assert paths(Known({"file": FILES}, 1), READ) == {*FILES, "made up"}


def test_deleted_ids_are_no_longer_used_in_any_form():
    known = Known({"file": [FILES[0], f"dfl-{FILES[0].upper()}", FILES[1]]}, 1)

    known.forget({"file_id": f"dfl-{FILES[0]}"})

    assert paths(known, READ) == {FILES[1], "made up"}


def test_the_last_ones_are_not_deleted():
    assert paths(Known({"file": FILES[:FLOOR]}, 1), DELETE) == {"made up"}


def test_ids_of_new_objects_are_used():
    known = Known({}, 1)

    known.learn("POST /api/v1/files", {"id": FILES[0]})
    known.learn("GET /api/v1/files/{file_id}", {"id": FILES[1]})

    assert paths(known, READ) == {FILES[0], "made up"}


def test_a_presigned_link_is_followed_with_its_signature():
    known = Known({}, 1)
    known.learn("GET /api/v1/files/{file_id}/content", {"url": f"http://127.0.0.1{LINK}"})
    path = {"file_id": "made up"}

    queries = {known.put_into_path("GET /download/{file_id}", path) for _ in range(50)}

    assert queries == {None, "expires=9&signature=abc"}
    assert path == {"file_id": FILES[0]}


def test_a_page_token_is_used_for_the_listing_that_returned_it():
    known = Known({}, 1)
    known.learn("GET /api/v2/classify", {"next_page_token": "more"})
    sent = [({"page_token": "x"}, {"page_token": "x"}) for _ in range(100)]

    for own, others in sent:
        known.put_into_query("GET /api/v2/classify", own)
        known.put_into_query("GET /api/v1/beta/files", others)

    assert {own.get("page_token") for own, _ in sent} == {"more", "x", None}
    assert {others.get("page_token") for _, others in sent} == {"x", None}


def test_ids_get_into_bodies_of_any_shape():
    known = Known({"file": FILES[:1]}, 1)
    operation = "POST /api/v1/classifier/jobs"
    made_up = {"rules": [{"examples": [{"file_id": "x", "text": None}]}], "file_ids": [1, 2]}

    bodies = [known.body(operation, made_up) for _ in range(100)]

    assert {str(body["file_ids"]) for body in bodies} == {"[1, 2]", str(FILES[:1])}
    assert any(re.search(r"'file_id': '0190a5a0", str(body)) for body in bodies)
    assert known.body(operation, "no object") in ("no object", known.right_body(operation))


def test_the_same_seed_chooses_the_same():
    def chosen() -> list[str | None]:
        known = Known({"file": FILES}, 7)
        return [known.pick("file") for _ in range(20)]

    assert chosen() == chosen()
