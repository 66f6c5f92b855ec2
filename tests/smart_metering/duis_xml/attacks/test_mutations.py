"""A thousand mutations of signed requests, of those that scripts/mutate_duis makes: none is read as another request."""

from benchmarks.duis_mutations import MUTATIONS, run


def test_no_mutation_is_read_as_another_request() -> None:
    report = run(1_000, seed=1)

    assert not report.wrong
    assert report.refused > len(MUTATIONS)
    assert report.not_duis > len(MUTATIONS)
    assert report.harmless > len(MUTATIONS)
