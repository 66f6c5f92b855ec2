"""How often something may be tried: so often at once, then again each so many milliseconds. Pure: the time is given."""

from smart_metering.instants import SECOND_MS, Instant

MOST_KEYS = 10_000


class Buckets:
    """One bucket of tries for each key: `most` at once, and one more each `refill_ms`.

    Of a bucket no more is kept than when it will be full again. Beyond MOST_KEYS the fullest are forgotten.
    """

    def __init__(self, most: int, refill_ms: int) -> None:
        self._span = most * refill_ms
        self._refill = refill_ms
        self._full_at: dict[str, Instant] = {}

    def take(self, key: str, now: Instant) -> int:
        """Takes one try. 0: it may be made; else nothing is taken, and that many milliseconds are to be waited."""
        full_at = self._full_at.get(key, now)
        if full_at > now + self._span:  # the clock was set back
            full_at = self._full_at[key] = Instant(now + self._span)
        full_at = Instant(max(full_at, now) + self._refill)
        wait = full_at - now - self._span
        if wait > 0:
            return wait
        self._full_at[key] = full_at
        self._forget(now)
        return 0

    def give_back(self, key: str) -> None:
        """A try that counts for nothing."""
        if key in self._full_at:
            self._full_at[key] = Instant(self._full_at[key] - self._refill)

    def __len__(self) -> int:
        return len(self._full_at)

    def _forget(self, now: Instant) -> None:
        if len(self._full_at) <= MOST_KEYS:
            return
        left = {key: at for key, at in self._full_at.items() if at > now}
        surplus = len(left) - MOST_KEYS + MOST_KEYS // 10  # some more, so that it need not be done for each
        for key in sorted(left, key=left.__getitem__)[: max(surplus, 0)]:
            del left[key]
        self._full_at = left


class SignInLimits:
    """Tries to sign in, by account and by address: who guesses passwords guesses slowly."""

    def __init__(self) -> None:
        self._by_account = Buckets(5, 30 * SECOND_MS)
        self._by_address = Buckets(20, 5 * SECOND_MS)

    def take(self, account: str, address: str, now: Instant) -> int:
        """As `Buckets.take`, for both."""
        wait = self._by_address.take(address, now)
        if wait:
            return wait
        return self._by_account.take(account, now)

    def succeeded(self, account: str, address: str) -> None:
        """It was right: it was no guess."""
        self._by_account.give_back(account)
        self._by_address.give_back(address)
