"""The texts of a command that become parts of a body: instants, fields, octets."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import CANCELLATION, HOUR_MS, Instant, InvalidInstant, parse_instant
from smart_metering.user_roles import UserRole
from smets.cli.device_bodies import utrn_of
from smets.cli.exits import Misuse
from smets.cli.making import Asked, Making, read_fields
from smets.client.administration import Administration
from smets.client.user import User
from smets.client.user_keys import read_user_keys
from smets.local_system.state_folder import Organisation, StateFolder

NOW = parse_instant("2021-11-04T09:30:00Z")
SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
METER = Eui("00-DB-12-34-00-00-00-02")
NOBODY = "127.0.0.1:1"


def test_fields_are_those_that_are_known() -> None:
    assert read_fields(("from=-7d", "to=a=b"), ("from", "to")) == {"from": "-7d", "to": "a=b"}
    with pytest.raises(Misuse, match=r"there is no field 'form'; did you mean 'from'\? .*one of: from, to"):
        read_fields(("form=-7d",), ("from", "to"))
    with pytest.raises(Misuse, match="expected NAME=VALUE, with a NAME of from, to"):
        read_fields(("from",), ("from", "to"))


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
                asked=Asked(srv="8.13", devices=devices, at=at),
                fields=fields,
                sender=sender,
                administration=administration,
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
    with pytest.raises(Misuse, match="expected hex, or @FILE"):
        making(response="DD0").octets("response")
    with pytest.raises(Misuse, match="cannot be read"):
        making(response=f"@{tmp_path / 'none'}").octets("response")


async def test_what_a_field_cannot_be_is_said(making: MakingOf) -> None:
    with pytest.raises(Misuse, match="--set id='one': expected a whole number"):
        making(id="one").number("id", 0)
    with pytest.raises(Misuse, match=r"--set delete_device=maybe: .*expected one of: yes, no"):
        making(delete_device="maybe").is_set("delete_device")
    with pytest.raises(Misuse, match=r"needs --set a=\.\.\., --set b=\.\.\."):
        making().needs("a", "b")
    with pytest.raises(Misuse, match="needs --set other=DEVICE"):
        await making().device_named("other")
    with pytest.raises(Misuse, match="about one Device, not 2"):
        assert making(devices=(METER, SUPPLIER)).device
