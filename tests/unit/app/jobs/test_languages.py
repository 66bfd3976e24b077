from app.jobs.languages import LANGUAGES


def test_there_are_86_languages_each_once() -> None:
    assert len(LANGUAGES) == len(set(LANGUAGES)) == 86


def test_the_less_usual_spellings_are_there() -> None:
    unusual = {"rs_latin", "rs_cyrillic", "ch_sim", "ch_tra", "abq", "sck", "gom", "oc", "en"}
    assert unusual <= set(LANGUAGES)
