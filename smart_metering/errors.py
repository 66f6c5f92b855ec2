"""The error of a codec: octets that a peer sent and that cannot be read."""


class DecodeError(ValueError):
    """Octets broke their format: `what` was found or missing at `offset`, counted from 0."""

    def __init__(self, offset: int, what: str) -> None:
        super().__init__(offset, what)
        self.offset = offset
        self.what = what

    def __str__(self) -> str:
        return f"octet {self.offset}: {self.what}"
