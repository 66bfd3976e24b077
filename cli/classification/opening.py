"""Opens what classifies files: a server if one is named, otherwise this machine."""

from app.configurations.rules_file import RulesFile
from cli.classification.results import Classifier
from cli.classification.server import Server
from cli.classification.user_cache import cache_directory


def open_classifier(
    rules: RulesFile, server: Server | None, *, use_cache: bool = True, keep_uploads: bool = False
) -> Classifier:
    """Return the classifier of these rules; nothing is sent or started before its context begins.

    `use_cache` keeps texts and vectors of this machine's files in the user's cache directory.
    `keep_uploads` leaves files and jobs on the server. Entering its context raises StartupError or
    PigeonholeError, in one sentence, when nothing can be classified.
    """
    # Imported here: each of the two has much that the other does not need.
    if server is not None:
        from cli.classification.remote import RemoteClassifier  # noqa: PLC0415

        return RemoteClassifier(rules, server, keep=keep_uploads)
    from app.settings import load_settings  # noqa: PLC0415
    from cli.classification.local import LocalClassifier  # noqa: PLC0415

    return LocalClassifier(rules, load_settings(), cache_directory() if use_cache else None)
