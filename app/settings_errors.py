"""What is wrong with settings, said in sentences that name them."""

from pydantic import ValidationError


def sentences_of(error: ValidationError, prefix: str) -> list[str]:
    """Return a sentence for each wrong setting; `prefix` is what their variables begin with."""
    sentences = []
    for problem in error.errors(include_url=False, include_input=False):
        message = problem["msg"].removeprefix("Value error, ")
        if problem["loc"]:
            sentences.append(f"{prefix}{str(problem['loc'][0]).upper()}: {message}")
        else:
            name, _, rest = message.partition(" ")
            sentences.append(f"{prefix}{name.upper()} {rest}")
    return sentences
