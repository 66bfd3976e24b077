import os

from benchmarks.parsing.soak import Watch


def test_each_quarter_is_measured_however_few_files_there_are() -> None:
    watch = Watch(os.getpid(), files=4)

    for _ in range(watch.files):
        watch.measure()
        watch.done += 1

    assert [len(sizes) for sizes in watch.sizes] == [1, 1, 1, 1]
    assert min(map(min, watch.sizes)) > 0
