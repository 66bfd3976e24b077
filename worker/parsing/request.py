"""What a job asks of reading a file: which pages, the language of OCR, the mode."""

from dataclasses import dataclass

from app.jobs.pages import PageSelection


@dataclass(frozen=True, slots=True)
class ParseRequest:
    """The pages to read, and how to read them.

    `lang` is the job's language code, used by OCR only. `mode` is FAST or MULTIMODAL.
    """

    selection: PageSelection
    lang: str = "en"
    mode: str = "FAST"
