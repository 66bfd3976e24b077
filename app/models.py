"""All tables, imported so that Base.metadata is complete."""

from app.audit.models import AuditEvent
from app.configurations.models import Configuration, ConfigurationVersion
from app.db import Base
from app.files.models import BlobDeletion, CacheEntry, File, PendingUpload
from app.jobs.models import Item, Job, Result, Worker
from app.labels.models import Label
from app.learning.models import LearnedData, LearnedModel
from app.lint.models import LintRequest
from app.previews.models import PreviewRequest
from app.projects.models import ApiKey, ConsoleSession, Organization, Project
from app.webhooks.models import SavedWebhook, WebhookAttempt, WebhookConfiguration, WebhookDelivery

__all__ = [
    "ApiKey",
    "AuditEvent",
    "Base",
    "BlobDeletion",
    "CacheEntry",
    "Configuration",
    "ConfigurationVersion",
    "ConsoleSession",
    "File",
    "Item",
    "Job",
    "Label",
    "LearnedData",
    "LearnedModel",
    "LintRequest",
    "Organization",
    "PendingUpload",
    "PreviewRequest",
    "Project",
    "Result",
    "SavedWebhook",
    "WebhookAttempt",
    "WebhookConfiguration",
    "WebhookDelivery",
    "Worker",
]
