"""The listing of saved webhooks, version 2."""

from functools import partial

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.api.wire.pagination import ListResponse, PageQuery
from app.api.wire.webhooks import SavedWebhookResponse, saved_webhook_response
from app.webhooks import saved

router = Router(prefix="/api/v2/webhook-configs", tags=["webhook configurations"])


@router.get("")
def list_webhooks(call: ApiCall, params: PageQuery) -> ListResponse[SavedWebhookResponse]:
    """List the project's saved webhooks, newest first."""
    to_response = partial(saved_webhook_response, call.services.secrets)
    return call.page("saved webhooks", saved.find_page, to_response, params)
