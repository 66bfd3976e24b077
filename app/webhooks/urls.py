"""URLs of webhooks at rest: encrypted, because their paths and queries hold secrets."""

from dataclasses import dataclass

from cryptography.fernet import InvalidToken

from app.secrets import Secrets, Use

OTHER_KEY = "its URL was encrypted with another secret key of this server"


@dataclass(frozen=True, slots=True)
class StoredUrl:
    """A URL as a row has it: encrypted, or plain in rows older than the encryption."""

    plain: str | None
    encrypted: str | None

    def decrypt(self, secrets: Secrets) -> str | None:
        """Return the URL, None if there is none; raises InvalidToken under another secret key."""
        return self.plain if self.encrypted is None else secrets.decrypt(self.encrypted)

    def find(self, secrets: Secrets) -> tuple[str | None, str | None]:
        """Return the URL, and why it cannot be decrypted; one of the two may be None, or both."""
        try:
            return self.decrypt(secrets), None
        except InvalidToken:
            return None, OTHER_KEY


def digest_url(secrets: Secrets, url: str) -> str:
    """Return what tells equal URLs: each encryption of a URL is another text."""
    return secrets.sign(Use.WEBHOOK_URLS, url).hex()
