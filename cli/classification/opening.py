"""Opens what classifies files: a server if one is named, otherwise this machine."""

from app.configurations.rules_file import RulesFile
from cli.classification.results import Classifier
from cli.classification.server import Server


def open_classifier(
    rules: RulesFile, server: Server | None, *, use_cache: bool = True, keep_uploads: bool = False
) -> Classifier:
    """Return the classifier of these rules; nothing is sent or started before its context begins.

    `use_cache` keeps texts and vectors of this machine's files in the user's cache directory.
    `keep_uploads` leaves files and jobs on the server. Entering its context raises StartupError or
    PigeonholeError, in one sentence, when nothing can be classified.
    """
    raise NotImplementedError
