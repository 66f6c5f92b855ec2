"""The texts of a command that become parts of a body: instants, fields, octets."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import CANCELLATION, HOUR_MS, Instant, InvalidInstant, parse_instant
from smart_metering.user_roles import UserRole
from smets.cli.exits import Misuse
from smets.cli.lookups import CommandLookups, read_fields
from smets.client.administration import Administration
from smets.client.user import User
from smets.client.user_keys import read_user_keys
from smets.local_system.state_folder import Organisation, StateFolder
from smets.requests.bodies import check
from smets.requests.device_bodies import utrn_of
from smets.requests.errors import WrongRequest
from smets.requests.making import Asked, Making

NOW = parse_instant("2021-11-04T09:30:00Z")
SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
METER = Eui("00-DB-12-34-00-00-00-02")
NOBODY = "127.0.0.1:1"


def test_fields_are_those_that_are_known() -> None:
    assert read_fields(("from=-7d", "to=a=b"), "4.8.1") == {"from": "-7d", "to": "a=b"}
    with pytest.raises(Misuse, match="expected NAME=VALUE, with a NAME of from, to"):
        read_fields(("from",), "4.8.1")
    with pytest.raises(Misuse, match=r"expected NAME=VALUE; and SRV 11\.2 takes none"):
        read_fields(("from",), "11.2")


def test_what_cannot_be_meant_is_told_without_asking_anybody() -> None:
    check(Asked(srv="4.8.1", devices=(METER,), fields={"from": "-7d"}))
    with pytest.raises(WrongRequest, match=r"set form=-7d: there is no field 'form'; did you mean 'from'\?"):
        check(Asked(srv="4.8.1", devices=(METER,), fields={"form": "-7d"}))
    with pytest.raises(WrongRequest, match=r"set log=GSME: .*\(expected one of: ESME, ALCS\)"):
        check(Asked(srv="3.3", devices=(METER,), fields={"log": "GSME"}))
    with pytest.raises(WrongRequest, match=r"SRV 11\.2 takes no --firmware, --set"):
        check(Asked(srv="11.2", devices=(METER,), fields={"from": "x"}, firmware="v2", mark="--"))


def test_a_utrn_has_twenty_digits_whatever_the_counter() -> None:
    for counter in (0, NOW, 2**64 - 1):
        utrn = utrn_of(RequestId(SUPPLIER, METER, counter))

        assert (len(utrn), int(utrn)) == (20, counter)


MakingOf = Callable[..., Making]


@pytest.fixture
async def making(tmp_path: Path) -> AsyncIterator[MakingOf]:
    """Of these fields; nobody is called."""
    folder = StateFolder(tmp_path)
    party = Organisation(eui=SUPPLIER, roles=(UserRole.IS,))
    folder.prepare("seed", Eui("90-B3-D5-1F-30-00-00-02"), [party])
    keys = read_user_keys(folder.party(SUPPLIER), SUPPLIER)
    async with User(NOBODY, SUPPLIER, keys) as sender, Administration(NOBODY) as administration:

        def make(*, at: str = "", devices: tuple[Eui, ...] = (METER,), **fields: str) -> Making:
            return Making(
                asked=Asked(srv="8.13", devices=devices, at=at, fields=fields, mark="--"),
                sender=sender,
                administration=administration,
                lookups=CommandLookups(administration),
                now=NOW,
            )

        yield make


async def test_the_date_of_a_request_may_be_the_one_that_cancels(making: MakingOf) -> None:
    assert making().execution is None
    assert making(at="+1h").execution == NOW + HOUR_MS
    assert making(at="cancel").execution == CANCELLATION
    with pytest.raises(
        InvalidInstant, match=r"a day like '2021-11-05', or 'now', '\+2h', '-7d', or .*'cancel'"
    ):
        assert making(at="tomorrow").execution


async def test_a_day_is_its_midnight(making: MakingOf) -> None:
    assert making().today == parse_instant("2021-11-04T00:00:00Z")
    assert making(start="+1d").day("start") == parse_instant("2021-11-05T00:00:00Z")
    assert making().day("start") is None
    assert making().moment("to", Instant(7)) == 7


async def test_octets_are_hex_or_a_file_of_either(making: MakingOf, tmp_path: Path) -> None:
    (tmp_path / "hex").write_text("dd 00\n")
    (tmp_path / "raw").write_bytes(b"\xdd\x00\xff")

    assert making(response="DD00").octets("response") == b"\xdd\x00"
    assert making(response=f"@{tmp_path / 'hex'}").octets("response") == b"\xdd\x00"
    assert making(response=f"@{tmp_path / 'raw'}").octets("response") == b"\xdd\x00\xff"
    with pytest.raises(WrongRequest, match="expected hex, or @FILE"):
        making(response="DD0").octets("response")
    with pytest.raises(WrongRequest, match="there is no such file"):
        making(response=f"@{tmp_path / 'none'}").octets("response")


async def test_what_a_field_cannot_be_is_said(making: MakingOf) -> None:
    with pytest.raises(WrongRequest, match="--set id='one': expected a whole number"):
        making(id="one").number("id", 0)
    with pytest.raises(WrongRequest, match=r"--set delete_device='maybe': .*expected one of: yes, no"):
        making(delete_device="maybe").is_set("delete_device")
    with pytest.raises(WrongRequest, match=r"needs --set a=\.\.\., --set b=\.\.\."):
        making().needs("a", "b")
    with pytest.raises(WrongRequest, match="needs --set other=DEVICE"):
        await making().device_named("other")
    with pytest.raises(WrongRequest, match="about one Device, not 2"):
        assert making(devices=(METER, SUPPLIER)).device
