"""Opens what classifies files: a server if one is named, otherwise this machine."""

from dataclasses import replace

from app.configurations.rules_file import RulesFile
from app.errors import StartupError
from cli.api_client.address import Server
from cli.classification.results import Classifier
from cli.classification.user_cache import cache_directory


def open_classifier(
    rules: RulesFile,
    server: Server | None,
    *,
    learn: bool | None = None,
    use_cache: bool = True,
    keep_uploads: bool = False,
) -> Classifier:
    """Return the classifier of these rules; nothing is sent or started before its context begins.

    `learn` says whether labels count, None that the rules say it. `use_cache` keeps texts and
    vectors of this machine's files in the user's cache directory. `keep_uploads` leaves files and
    jobs on the server. Raises StartupError for `learn` without a server. Entering its context
    raises StartupError or PigeonholeError, in one sentence, when nothing can be classified.
    """
    if learn is not None:
        rules = replace(rules, learn=learn)
    # Imported here: each of the two has much that the other does not need.
    if server is not None:
        from cli.classification.remote import RemoteClassifier  # noqa: PLC0415

        return RemoteClassifier(rules, server, keep=keep_uploads)
    if learn:
        raise StartupError(
            "--learn: only a server has labels: name one with --server, or leave out --learn"
        )
    from app.settings import load_settings  # noqa: PLC0415
    from cli.classification.local import LocalClassifier  # noqa: PLC0415

    return LocalClassifier(rules, load_settings(), cache_directory() if use_cache else None)
