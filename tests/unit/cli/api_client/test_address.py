"""Which server a command talks to, and which it refuses."""

import pytest

from app.errors import StartupError
from cli.api_client.address import Server, find_server

CLOUD = {"LLAMA_CLOUD_BASE_URL": "http://cloud.test:8000/", "LLAMA_CLOUD_API_KEY": "llx-1"}
OWN = {"PIGEONHOLE_URL": "http://own.test", "PIGEONHOLE_API_KEY": "ph_1"}


def test_without_an_address_there_is_no_server() -> None:
    assert find_server(None, None, {}) is None
    assert find_server(None, "key", {"PIGEONHOLE_API_KEY": "ph_1", "PIGEONHOLE_URL": ""}) is None


def test_the_option_comes_before_the_own_variable_and_that_of_the_sdk() -> None:
    both = {**CLOUD, **OWN}
    assert find_server("https://a.test/x/", None, both) == Server(
        "https://a.test/x", "ph_1", "--server", "PIGEONHOLE_API_KEY"
    )
    assert find_server(None, None, both) == Server(
        "http://own.test", "ph_1", "PIGEONHOLE_URL", "PIGEONHOLE_API_KEY"
    )
    assert find_server(None, None, CLOUD) == Server(
        "http://cloud.test:8000", "llx-1", "LLAMA_CLOUD_BASE_URL", "LLAMA_CLOUD_API_KEY"
    )
    given = find_server(None, "given", CLOUD)
    assert given is not None
    assert (given.api_key, given.key_source) == ("given", "--api-key")


def test_a_key_for_the_own_server_is_never_sent_to_the_other() -> None:
    with pytest.raises(StartupError, match="set LLAMA_CLOUD_API_KEY"):
        find_server(
            None, None, {"LLAMA_CLOUD_BASE_URL": "http://a.test", "PIGEONHOLE_API_KEY": "ph_1"}
        )


@pytest.mark.parametrize(
    "url",
    [
        "https://api.cloud.llamaindex.ai",
        "https://api.cloud.eu.llamaindex.ai/",
        "HTTPS://API.CLOUD.LLAMAINDEX.AI.",
        "http://llamaindex.ai:8000/x",
    ],
)
@pytest.mark.parametrize("source", ["LLAMA_CLOUD_BASE_URL", "PIGEONHOLE_URL"])
def test_llamacloud_gets_no_documents(url: str, source: str) -> None:
    keys = {"LLAMA_CLOUD_API_KEY": "llx-1", "PIGEONHOLE_API_KEY": "llx-1"}
    with pytest.raises(StartupError, match="is LlamaCloud, to which this command sends no"):
        find_server(None, None, {source: url, **keys})
    with pytest.raises(StartupError, match="is LlamaCloud"):
        find_server(url, "llx-1", {})


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://a.test", "http://", "http://u:p@a.test", ""]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(StartupError, match=r"--server: .* is not the address of a server"):
        find_server(url, "k", {})


@pytest.mark.parametrize("key", ["a b", "kéy", "a\nb"])
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(StartupError, match="--api-key: this is not a key"):
        find_server("http://a.test", key, {})
