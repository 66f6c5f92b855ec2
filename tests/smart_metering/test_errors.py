"""DecodeError tells where it stands and what it found."""

import pickle

from smart_metering.errors import DecodeError


def test_a_decode_error_says_where_and_what() -> None:
    error = DecodeError(19, "expected tag DF, found DD")

    assert str(error) == "octet 19: expected tag DF, found DD"
    assert (error.offset, error.what) == (19, "expected tag DF, found DD")


def test_a_decode_error_survives_the_way_to_another_worker() -> None:
    error = pickle.loads(pickle.dumps(DecodeError(3, "too short")))

    assert str(error) == "octet 3: too short"
