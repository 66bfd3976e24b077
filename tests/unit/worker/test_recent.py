"""Values that are remembered while they are used."""

from worker.recent import Recent


def test_a_remembered_value_is_not_made_again() -> None:
    recent: Recent[str, int] = Recent(2)

    assert recent.get("a", lambda: 1) == 1
    assert recent.get("a", lambda: 2) == 1


def test_the_least_recently_used_value_is_forgotten() -> None:
    recent: Recent[str, int] = Recent(2)
    for key in "abac":
        recent.get(key, lambda: 1)

    assert [recent.get(key, lambda: 2) for key in "acb"] == [1, 1, 2]
