"""Names of events are delivered as the client spelled them."""

import pytest

from app.webhooks.events import DEFAULT_NAMES, KNOWN_NAMES, SPELLINGS, JobState, choose_name


def test_every_state_has_names_and_no_name_two_states() -> None:
    names = [name for spelled in SPELLINGS.values() for name in spelled]
    assert set(SPELLINGS) == set(JobState)
    assert len(names) == len(set(names)) == len(KNOWN_NAMES)
    assert all(name in SPELLINGS[state] for state, name in DEFAULT_NAMES.items())


@pytest.mark.parametrize(
    ("state", "wanted", "name"),
    [
        (JobState.ERROR, None, "parse.failure"),
        (JobState.PENDING, None, None),
        (JobState.ERROR, ["parse.error"], "parse.error"),
        (JobState.ERROR, ["classify.error", "parse.failure"], "classify.error"),
        (JobState.ERROR, ["parse.failure", "classify.error"], "parse.failure"),
        (JobState.ERROR, ["parse.success"], None),
        (JobState.RUNNING, ["string", "classify.running"], "classify.running"),
        (JobState.SUCCESS, ["PARSE.SUCCESS"], None),
    ],
)
def test_the_name_of_an_event(state: JobState, wanted: list[str] | None, name: str | None) -> None:
    assert choose_name(state, wanted) == name
