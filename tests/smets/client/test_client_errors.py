"""Failures of calls: every gRPC status is one kind of SmetsError, and says what was being done and where."""

import grpc
import pytest
from grpc import aio

from smart_metering.wire.errors import WireError
from smets.client.errors import (
    STATUSES,
    BrokenPromise,
    FailedThere,
    Refused,
    SmetsError,
    Unreachable,
    telling,
)


def _failure(code: grpc.StatusCode, details: str = "as it is") -> aio.AioRpcError:
    return aio.AioRpcError(code, aio.Metadata(), aio.Metadata(), details=details)


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_every_status_has_a_kind(code: grpc.StatusCode) -> None:
    with pytest.raises(SmetsError, match=r"reading \(127.0.0.1:1\)"), telling("reading", "127.0.0.1:1"):
        raise _failure(code)
    assert code in STATUSES


def test_a_refusal_gives_the_servers_reason() -> None:
    with pytest.raises(Refused, match="count: expected 1"), telling("loading", "there"):
        raise _failure(grpc.StatusCode.INVALID_ARGUMENT, "count: expected 1")


def test_nobody_there_is_named_so() -> None:
    with pytest.raises(Unreachable, match="nobody answers: refused"), telling("loading", "there"):
        raise _failure(grpc.StatusCode.UNAVAILABLE, "refused")


def test_an_answer_that_is_no_record_is_a_broken_promise() -> None:
    with pytest.raises(BrokenPromise, match="the answer cannot be read: at"), telling("loading", "there"):
        raise WireError.at("at", "expected a number")


def test_our_own_faults_are_not_covered_up() -> None:
    with pytest.raises(KeyError), telling("loading", "there"):
        raise KeyError("ours")


def test_all_kinds_but_the_base_are_of_one_family() -> None:
    assert all(issubclass(kind, SmetsError) for kind in (*STATUSES.values(), FailedThere))
