import pytest

from devtools.tenant_data import TenantData
from tests.integration.app.console.browser import Browser
from tests.integration.application import Api


@pytest.fixture
def browser(api: Api, tenants: TenantData) -> Browser:
    """A browser that is signed in with a key of the first project."""
    browser = Browser(api)
    assert browser.sign_in(api.key(tenants.first)).status_code == 303
    return browser
