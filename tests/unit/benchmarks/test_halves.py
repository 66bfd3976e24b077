from benchmarks.halves import half_of

SOURCES = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]


def test_halves_of_the_same_sources_never_change():
    # Half B may not be looked at: another assignment would mix it with what was read.
    assert "".join(half_of(SOURCES)[name] for name in SOURCES) == "BAABBBAA"


def test_halves_do_not_depend_on_the_order_or_on_repetitions():
    assert half_of([*reversed(SOURCES), "alpha", "golf"]) == half_of(SOURCES)
