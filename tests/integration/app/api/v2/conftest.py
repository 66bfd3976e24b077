import pytest
from fastapi.testclient import TestClient

from tests.integration.application import upload


@pytest.fixture
def file_id(client: TestClient) -> str:
    return upload(client)
