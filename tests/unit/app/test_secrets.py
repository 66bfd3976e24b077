"""One secret key, and nothing that one use signs is worth anything for another."""

import pytest
from cryptography.fernet import InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from app.secrets import Secrets, Use

ONE = Secrets("one secret of at least 32 characters")
OTHER = Secrets("other secret of at least 32 characters")


def test_each_use_has_a_key_of_its_own() -> None:
    signatures = {ONE.sign(use, "the same message") for use in Use}

    assert len(signatures) == len(Use)
    assert {len(signature) for signature in signatures} == {32}


def test_a_derivation_never_changes() -> None:
    """Otherwise every stored key hash and every link would stop working."""
    assert ONE.sign(Use.API_KEYS, "llx-key").hex() == (
        "4c52dbe104dfa4bd3f3ad160b2942a92f3c173a7168a3297347d502e91cccd80"
    )
    assert [use.value for use in Use] == [
        "api-keys",
        "presigned-links",
        "page-tokens",
        "webhook-secrets-at-rest",
        "webhook-urls",
        "request-bodies",
        "console-sessions",
        "console-forms",
    ]


def test_another_secret_signs_otherwise() -> None:
    assert ONE.sign(Use.LINKS, "message") != OTHER.sign(Use.LINKS, "message")
    assert ONE.sign(Use.LINKS, "message") != ONE.sign(Use.LINKS, "message ")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_encrypted_comes_back(plain: str) -> None:
    token = ONE.encrypt(plain)

    assert ONE.decrypt(token) == plain
    assert token.isascii()


def test_encryption_tells_nothing() -> None:
    assert ONE.encrypt("whsec_secret") != ONE.encrypt("whsec_secret")
    assert "whsec" not in ONE.encrypt("whsec_secret")


def test_another_secret_decrypts_nothing() -> None:
    with pytest.raises(InvalidToken):
        OTHER.decrypt(ONE.encrypt("whsec_secret"))
