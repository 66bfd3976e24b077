"""Which project a worker serves next."""

from collections import Counter
from uuid import UUID

from app.jobs.turns import ProjectTurns, Share

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def serve(turns: ProjectTurns, count: int, *waiting: UUID) -> list[UUID]:
    """Serve projects that always have more queued, with one worker."""
    served = []
    for _ in range(count):
        first = turns.order([Share(project_id, 0) for project_id in waiting])[0]
        turns.take(first)
        served.append(first)
    return served


def test_projects_take_turns() -> None:
    assert serve(ProjectTurns(), 6, A, B, C) == [A, B, C, A, B, C]


def test_less_work_in_hand_comes_first() -> None:
    turns = ProjectTurns()
    turns.take(B)

    assert turns.order([Share(A, 2), Share(B, 1), Share(C, 3)]) == [B, A, C]


def test_a_newcomer_is_next_and_then_takes_turns() -> None:
    turns = ProjectTurns()
    serve(turns, 100, A)

    assert serve(turns, 4, A, B) == [B, A, B, A]


def test_an_idle_project_saves_up_no_turns() -> None:
    turns = ProjectTurns()
    serve(turns, 2, A, B)
    serve(turns, 100, A)

    assert Counter(serve(turns, 10, A, B)) == {A: 5, B: 5}


def test_weights_are_shares_of_turns_and_of_workers() -> None:
    turns = ProjectTurns({A: 3})

    assert Counter(serve(turns, 40, A, B)) == {A: 30, B: 10}
    assert turns.order([Share(A, 4), Share(B, 2)]) == [A, B]
    assert turns.order([Share(A, 4), Share(B, 1)]) == [B, A]


def test_old_accounts_are_dropped() -> None:
    turns = ProjectTurns(most=3)

    for number in range(1, 11):
        serve(turns, 5, UUID(int=number))

    assert UUID(int=10) in turns._times
    assert len(turns._times) <= 3
