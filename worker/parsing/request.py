"""What a job asks of the parser."""

from dataclasses import dataclass

from app.jobs.pages import PageSelection


@dataclass(frozen=True, slots=True)
class ParseRequest:
    """Which pages to read and how.

    `lang` is the job's language code, used by OCR only. `mode` is FAST or MULTIMODAL.
    """

    selection: PageSelection
    lang: str = "en"
    mode: str = "FAST"
