"""How often one may try to sign in, on given time."""

from hypothesis import given
from hypothesis import strategies as st

from dsp.identity.limits import MOST_KEYS, Buckets, SignInLimits
from smart_metering.instants import SECOND_MS, Instant

ADDRESS = "127.0.0.1"


def at(seconds: float) -> Instant:
    return Instant(int(seconds * SECOND_MS))


def test_so_many_at_once_then_one_each_time_the_bucket_gained_one() -> None:
    buckets = Buckets(3, 10 * SECOND_MS)

    waits = [buckets.take("anna", at(second)) for second in (0, 0, 0, 0, 9.999, 10, 10, 100, 100, 100, 100)]

    assert waits == [0, 0, 0, 10_000, 1, 0, 10_000, 0, 0, 0, 10_000]


def test_a_try_that_was_refused_costs_nothing() -> None:
    buckets = Buckets(1, 10 * SECOND_MS)
    buckets.take("anna", at(0))

    for _ in range(50):
        assert buckets.take("anna", at(5)) == 5_000

    assert buckets.take("anna", at(10)) == 0


def test_what_was_right_is_given_back() -> None:
    buckets = Buckets(1, 10 * SECOND_MS)

    for _ in range(50):
        assert buckets.take("anna", at(0)) == 0
        buckets.give_back("anna")


def test_one_key_does_not_pay_for_another() -> None:
    buckets = Buckets(1, 10 * SECOND_MS)

    assert buckets.take("anna", at(0)) == 0
    assert buckets.take("ben", at(0)) == 0
    assert buckets.take("anna", at(0)) == 10_000


def test_a_clock_that_is_set_back_locks_nobody_out_for_longer_than_a_refill() -> None:
    buckets = Buckets(2, 10 * SECOND_MS)
    buckets.take("anna", at(10_000))

    assert buckets.take("anna", at(0)) <= 10_000
    assert buckets.take("anna", at(10)) == 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5_000)), max_size=60))
def test_no_key_ever_gets_more_than_its_share(tries: list[tuple[str, int]]) -> None:
    buckets, now = Buckets(3, 1_000), 0
    taken: dict[str, list[int]] = {"a": [], "b": []}

    for key, later in tries:
        now += later
        if buckets.take(key, Instant(now)) == 0:
            taken[key].append(now)

    for times in taken.values():
        for first, begin in enumerate(times):
            for last, end in enumerate(times[first:]):
                assert last + 1 <= 3 + (end - begin) // 1_000


def test_memory_is_bounded_and_who_guesses_most_is_forgotten_last() -> None:
    buckets = Buckets(5, 10 * SECOND_MS)
    while buckets.take("guessed", at(0)) == 0:
        pass

    for number in range(2 * MOST_KEYS):
        buckets.take(str(number), at(0))

    assert len(buckets) <= MOST_KEYS
    assert buckets.take("guessed", at(0)) > 0


def test_five_wrong_passwords_of_an_account_are_followed_by_one_each_half_minute() -> None:
    limits = SignInLimits()

    waits = [limits.take("anna", f"192.0.2.{number}", at(0)) for number in range(6)]

    assert waits == [0, 0, 0, 0, 0, 30_000]
    assert limits.take("anna", "192.0.2.7", at(30)) == 0


def test_an_address_that_tries_many_accounts_has_to_wait_as_well() -> None:
    limits = SignInLimits()

    waits = [limits.take(f"account {number}", ADDRESS, at(0)) for number in range(21)]

    assert waits == [0] * 20 + [5_000]


def test_who_signs_in_rightly_is_never_slowed_down() -> None:
    limits = SignInLimits()

    for _ in range(100):
        assert limits.take("anna", ADDRESS, at(0)) == 0
        limits.succeeded("anna", ADDRESS)
