"""Pages and their tokens: opaque, of one listing only, and not to be forged."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.api.wire.pagination import DEFAULT_SIZE, MAX_SIZE, PageParams, encode_token
from app.errors import BadRequest
from app.paging import Key, PageRequest, cut
from app.secrets import Secrets

SECRETS = Secrets("a secret of at least 32 characters")
HERE = "classify jobs of one project"
KEY: Key = (datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC), uuid4())

keys = st.tuples(st.datetimes(timezones=st.just(UTC)), st.uuids())


def read(token: str | None, purpose: str = HERE, size: int | None = None) -> PageRequest:
    return PageParams(size, token).to_request(SECRETS, purpose, MAX_SIZE)


def token_of(key: Key = KEY) -> str:
    token = encode_token(SECRETS, HERE, key)
    assert token is not None
    return token


@given(keys)
def test_a_token_decodes_to_its_key(key: tuple[datetime, UUID]) -> None:
    assert read(token_of(key)).after == key


@pytest.mark.parametrize("token", [None, ""])
def test_no_token_is_the_first_page(token: str | None) -> None:
    assert read(token).after is None
    assert encode_token(SECRETS, HERE, None) is None


def test_a_token_of_another_listing_is_refused() -> None:
    with pytest.raises(BadRequest, match="not valid for this listing"):
        read(token_of(), purpose="classify jobs of another project")


def test_a_token_of_another_server_is_refused() -> None:
    foreign = encode_token(Secrets("another secret of 32 characters or so"), HERE, KEY)
    with pytest.raises(BadRequest):
        read(foreign)


@given(st.text(min_size=1))
def test_text_that_is_not_a_token_is_refused(token: str) -> None:
    with pytest.raises(BadRequest):
        read(token)


@given(st.binary(min_size=1))
def test_unsigned_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        read(urlsafe_b64encode(raw).decode())


@given(st.data())
def test_one_changed_bit_is_refused(data: st.DataObject) -> None:
    token = token_of()
    raw = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(BadRequest):
        read(urlsafe_b64encode(raw).decode())


@given(st.text())
def test_a_purpose_does_not_leak_into_the_key(purpose: str) -> None:
    assume(purpose != HERE)
    with pytest.raises(BadRequest):
        read(token_of(), purpose=purpose)


@pytest.mark.parametrize(
    ("asked", "size"),
    [(None, DEFAULT_SIZE), (0, DEFAULT_SIZE), (-3, DEFAULT_SIZE), (1, 1), (10**9, MAX_SIZE)],
)
def test_sizes_are_coerced(asked: int | None, size: int) -> None:
    assert read(None, size=asked).size == size


@given(st.lists(keys, max_size=20), st.integers(1, 20))
def test_a_page_has_a_next_one_only_if_a_row_is_left(rows: list[Key], size: int) -> None:
    page = cut(rows[: size + 1], PageRequest(size), None, lambda row: row)

    assert list(page.rows) == rows[:size]
    assert page.next_after == (rows[size - 1] if len(rows) > size else None)
