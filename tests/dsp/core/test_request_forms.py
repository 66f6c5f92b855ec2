"""Bodies that are wrong beside their schema: each is answered with its code, and leaves its RequestID and no trace."""

from dataclasses import dataclass

import pytest

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import (
    ClearEventLog,
    CommissionDeviceSynchroniseClock,
    JoinServiceCritical,
    JoinServiceNonCritical,
    ReadActiveImportProfileData,
    ReadDeviceLog,
    ReadLogPeriod,
    RetrieveDeviceSecurityCredentialsKrp,
    TopUpDevice,
)
from smart_metering.duis.service_requests import ActivateFirmware, Body
from smart_metering.duis.service_responses import NotEmulated, PreCommand, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant, parse_instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from tests.support.dsp_premises import (
    CHF,
    ESME,
    GAS_SUPPLIER,
    GPF,
    GSME,
    HCALCS,
    IHD,
    NOWHERE,
    OTHER_USER,
    PPMID,
    START,
    SUPPLIER,
    party,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.scheduled_reads import create, silent
from tests.support.traces import assert_refused, trace_of

SEND, TRANSFORM = CommandVariant.SEND, CommandVariant.TRANSFORM
E19, E100 = ResponseCode.E19, ResponseCode.E100
SUPPLIERS = {
    ESME: SUPPLIER,
    HCALCS: SUPPLIER,
    PPMID: SUPPLIER,
    CHF: SUPPLIER,
    GSME: GAS_SUPPLIER,
    GPF: GAS_SUPPLIER,
}

UTRN = "01234567890123456789"
LAST_OF_DUIS = parse_instant("9999-12-31T23:59:59.999Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A body for a Device, and the code that answers it."""

    srv: str
    body: Body
    device: Eui = ESME
    code: ResponseCode = E100

    def send(self, world: DspWorld) -> ServiceResponse:
        """By the Device's supplier, in the request's first Command Variant."""
        variant = TRANSFORM if self.srv in ("8.1.1", "8.7.1", "11.3") else SEND
        by = SUPPLIERS[self.device]
        return world.ask(self.srv, self.body, by=by, target=self.device, variant=variant)


def period(start: int, end: int) -> ReadActiveImportProfileData:
    """4.8.1 from `start` to `end`, in milliseconds from START."""
    log = ReadLogPeriod(start_date_time=Instant(START + start), end_date_time=Instant(START + end))
    return ReadActiveImportProfileData(read_log_period=log)


def absolute_period(start: Instant, end: Instant) -> ReadActiveImportProfileData:
    """4.8.1 from `start` to `end`."""
    return ReadActiveImportProfileData(
        read_log_period=ReadLogPeriod(start_date_time=start, end_date_time=end)
    )


def clock(tolerance_period: int, at: Instant = START) -> CommissionDeviceSynchroniseClock:
    return CommissionDeviceSynchroniseClock(current_date_time=at, tolerance_period=tolerance_period)


def credentials(*roles: str) -> RetrieveDeviceSecurityCredentialsKrp:
    return RetrieveDeviceSecurityCredentialsKrp(remote_party_roles=roles)


ARABIC_DIGITS = "".join(chr(0x0660 + number % 10) for number in range(20))
UTRNS = (
    "",
    UTRN[:-1],
    UTRN + "0",
    "0123456789012345678X",
    " " + UTRN[:-1],
    UTRN[:-1] + "\n",
    "-" + UTRN[:-1],
    ARABIC_DIGITS,
)

CERTIFICATE = party(SUPPLIER).key_agreement_certificate
ANOTHERS_CERTIFICATE = party(OTHER_USER).key_agreement_certificate

ILL_FORMED: dict[str, Case] = {
    **{
        f"2.2 with {utrn!r} for {'ESME' if device == ESME else 'GSME'}": Case(
            srv="2.2", device=device, body=TopUpDevice(utrn=utrn)
        )
        for utrn in UTRNS
        for device in (ESME, GSME)
    },
    "11.3 without a hash": Case(srv="11.3", body=ActivateFirmware(firmware_hash=b"")),
    "11.3 with 31 octets": Case(srv="11.3", body=ActivateFirmware(firmware_hash=bytes(31))),
    "11.3 with 33 octets": Case(srv="11.3", body=ActivateFirmware(firmware_hash=bytes(33))),
    "3.3 of another log": Case(srv="3.3", body=ClearEventLog(esme_event_log_type="esme")),
    "4.8.1 backwards": Case(srv="4.8.1", body=period(0, -1)),
    "4.8.1 of 400 days and a bit": Case(srv="4.8.1", body=period(-400 * DAY_MS - 1, 0)),
    "4.8.1 of gas, backwards": Case(srv="4.8.1", device=GSME, body=period(0, -1)),
    "4.8.1 of gas before 2000": Case(
        srv="4.8.1", device=GSME, body=absolute_period(Instant(0), Instant(DAY_MS))
    ),
    "4.8.1 of a gas proxy before 2000": Case(
        srv="4.8.1", device=GPF, body=absolute_period(Instant(0), Instant(DAY_MS))
    ),
    "4.8.1 of gas after the end of its clock": Case(
        srv="4.8.1",
        device=GSME,
        body=absolute_period(parse_instant("2137-01-01T00:00:00Z"), parse_instant("2137-01-02T00:00:00Z")),
    ),
    "4.8.1 with an unreadable certificate": Case(
        srv="4.8.1", body=changed(period(0, 0), ka_public_security_credentials=b"x")
    ),
    "4.8.1 with another User's certificate": Case(
        srv="4.8.1", body=changed(period(0, 0), ka_public_security_credentials=ANOTHERS_CERTIFICATE)
    ),
    "4.8.1 with a megabyte for a certificate": Case(
        srv="4.8.1", body=changed(period(0, 0), ka_public_security_credentials=bytes(1 << 20))
    ),
    "4.8.1 with more than a certificate": Case(
        srv="4.8.1", body=changed(period(0, 0), ka_public_security_credentials=CERTIFICATE + b"\0")
    ),
    "8.1.1 tolerant beyond a day": Case(srv="8.1.1", body=clock(86_401)),
    "8.1.1 tolerant beyond all time": Case(srv="8.1.1", body=clock(86_400, at=LAST_OF_DUIS)),
    "8.1.1 of gas, tolerant beyond all time": Case(
        srv="8.1.1", device=GSME, body=clock(86_400, at=LAST_OF_DUIS)
    ),
    "8.7.1 with what the SMI has not": Case(
        srv="8.7.1", body=JoinServiceCritical(other_device_id=NOWHERE), code=E19
    ),
    "8.7.2 with what the SMI has not": Case(
        srv="8.7.2", device=GPF, body=JoinServiceNonCritical(other_device_id=NOWHERE), code=E19
    ),
    "8.7.1 with itself": Case(srv="8.7.1", body=JoinServiceCritical(other_device_id=ESME)),
    "8.7.2 with itself": Case(srv="8.7.2", device=GPF, body=JoinServiceNonCritical(other_device_id=GPF)),
    "6.24.1 without a role": Case(srv="6.24.1", body=credentials()),
    "6.24.1 with no role of DUIS": Case(srv="6.24.1", body=credentials("supplier")),
    "6.24.1 with one that is none": Case(srv="6.24.1", body=credentials("Supplier", "Everybody")),
    "6.24.1 with one that is none, and a load controller": Case(
        srv="6.24.1", body=credentials("LoadController", "Everybody")
    ),
}

IN_ORDER: dict[str, Case] = {
    "2.2": Case(srv="2.2", body=TopUpDevice(utrn=UTRN)),
    "2.2 of gas": Case(srv="2.2", device=GSME, body=TopUpDevice(utrn="9" * 20)),
    "11.3": Case(srv="11.3", body=ActivateFirmware(firmware_hash=bytes(32))),
    "3.3": Case(srv="3.3", body=ClearEventLog(esme_event_log_type="ESME")),
    "3.3 without a log": Case(srv="3.3", body=ClearEventLog()),
    "4.8.1 of an instant": Case(srv="4.8.1", body=period(0, 0)),
    "4.8.1 of 400 days": Case(srv="4.8.1", body=period(-400 * DAY_MS, 0)),
    "4.8.1 with a certificate": Case(
        srv="4.8.1", body=changed(period(0, 0), ka_public_security_credentials=CERTIFICATE)
    ),
    "4.8.1 of gas": Case(srv="4.8.1", device=GSME, body=period(-DAY_MS, 0)),
    "4.8.1 of electricity in 1970": Case(srv="4.8.1", body=absolute_period(Instant(0), Instant(DAY_MS))),
    "8.1.1 to the second": Case(srv="8.1.1", body=clock(0)),
    "8.1.1 within a day": Case(srv="8.1.1", body=clock(86_400)),
    "8.1.1 of gas": Case(srv="8.1.1", device=GSME, body=clock(10)),
    "8.7.1": Case(srv="8.7.1", body=JoinServiceCritical(other_device_id=HCALCS)),
    "8.7.1 with a Type 2 Device": Case(srv="8.7.1", body=JoinServiceCritical(other_device_id=IHD)),
    "8.7.2": Case(srv="8.7.2", device=GPF, body=JoinServiceNonCritical(other_device_id=PPMID)),
    **{
        f"6.24.1 of {role}": Case(srv="6.24.1", body=credentials(role))
        for role in ("Root", "Recovery", "Supplier", "NetworkOperator", "ACB", "TransCoS")
    },
    "6.24.1 of two roles to a hub": Case(srv="6.24.1", device=CHF, body=credentials("ACB", "TransCoS")),
}


@pytest.mark.parametrize("case", ILL_FORMED.values(), ids=ILL_FORMED)
def test_an_ill_formed_body_is_refused_and_leaves_no_trace(case: Case) -> None:
    world = silent(case.device)
    before = trace_of(world)

    assert_refused(world, before, case.send(world), case.code)


@pytest.mark.parametrize("case", ILL_FORMED.values(), ids=ILL_FORMED)
def test_it_is_refused_as_well_once_the_certificates_of_the_device_are_known(case: Case) -> None:
    world = silent(case.device)
    world.uplink(case.device, world.devices[case.device].certificates())
    before = trace_of(world)

    assert_refused(world, before, case.send(world), case.code)


@pytest.mark.parametrize("case", IN_ORDER.values(), ids=IN_ORDER)
def test_a_body_that_is_in_order_goes_on_its_way(case: Case) -> None:
    world = silent(case.device)

    answer = case.send(world)

    if isinstance(answer.body, PreCommand):
        assert answer.response_code is ResponseCode.I0
    else:
        assert answer.response_code is ResponseCode.I99
        assert len(world.devices[case.device].heard) == 1


@pytest.mark.parametrize(
    "case",
    [
        Case(srv="3.3", body=ClearEventLog(esme_event_log_type="ALCS")),
        Case(srv="3.3", device=GSME, body=ClearEventLog()),
        Case(srv="6.24.1", body=credentials("LoadController")),
        Case(srv="6.24.1", body=credentials("Supplier", "LoadController")),
        Case(srv="8.9", body=ReadDeviceLog(read_security_details=True)),
    ],
    ids=str,
)
def test_what_is_in_order_and_not_emulated_is_answered_so(case: Case) -> None:
    world = silent(case.device)

    answer = case.send(world)

    assert answer.response_code is None
    assert answer.body == NotEmulated(service_reference_variant=case.srv)
    assert world.sent == []


@pytest.mark.parametrize("srv", ["4.8.1", "5.1"])
def test_a_user_whom_no_device_knows_has_its_certificate_read_before_it_is_passed_on(srv: str) -> None:
    world = silent(ESME)
    before = trace_of(world)

    if srv == "5.1":
        answer = create(world, by=OTHER_USER, ka_public_security_credential=b"x")
    else:
        body = changed(period(0, 0), ka_public_security_credentials=b"x")
        answer = world.ask(srv, body, by=OTHER_USER, target=ESME, variant=SEND)

    assert answer.response_code is not None
    assert answer.response_code.startswith("E")
    assert_refused(world, before, answer, answer.response_code)


def test_a_refused_request_leaves_its_request_id_usable() -> None:
    world = silent(ESME)
    request_id = world.request_id(SUPPLIER, ESME)

    codes = [
        world.ask(
            "2.2", TopUpDevice(utrn=utrn), target=ESME, variant=SEND, request_id=request_id
        ).response_code
        for utrn in ("1", UTRN[:-1], UTRN, UTRN)
    ]

    assert codes == [E100, E100, ResponseCode.I99, ResponseCode.E40]


def test_a_refused_request_is_written_down_with_its_answer_and_nothing_else_is() -> None:
    world = silent(ESME)
    trail = world.engine.state.audit_trail.last_position
    journal = world.engine.state.journal.last_position

    ILL_FORMED["4.8.1 backwards"].send(world)

    assert world.engine.state.audit_trail.last_position == trail + 2
    assert world.engine.state.journal.last_position == journal + 1


def test_access_is_checked_before_the_body_is_looked_at() -> None:
    world = premises()

    answer = world.ask("2.2", TopUpDevice(utrn="1"), by=GAS_SUPPLIER, target=ESME, variant=SEND)

    assert answer.response_code is ResponseCode.E4


def test_a_device_on_another_han_is_not_joined() -> None:
    world = silent(ESME)
    neighbour = world.engine.state.devices[PPMID]
    world.engine.state.put_device(changed(neighbour, comms_hub=NOWHERE))
    before = trace_of(world)
    case = Case(srv="8.7.1", body=JoinServiceCritical(other_device_id=PPMID))

    assert_refused(world, before, case.send(world), E100)
