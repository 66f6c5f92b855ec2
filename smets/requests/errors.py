"""What is wrong with a request before anybody is asked."""


class WrongRequest(ValueError):
    """It cannot be meant; the text says what was expected."""
