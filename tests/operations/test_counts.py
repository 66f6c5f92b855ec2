"""Figures that a process keeps of itself."""

from operations.counts import Count, Durations


def test_a_count_is_kept_by_its_labels_and_read_as_a_copy() -> None:
    count = Count("srv", "code")
    count.by["11.2", "I99"] += 2
    count.by["11.3", "E5"] += 1

    read = count.read()
    count.by["11.2", "I99"] += 1

    assert read == {("11.2", "I99"): 2, ("11.3", "E5"): 1}


def test_a_duration_falls_into_the_first_bucket_whose_bound_it_does_not_exceed() -> None:
    durations = Durations((0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 1.5):
        durations.add(seconds)

    buckets = durations.read()

    assert tuple(buckets.counts) == (2, 1, 1)
    assert round(buckets.total_seconds, 9) == 2.15
