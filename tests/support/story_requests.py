"""The bodies of the Service Requests that stories send, from the words of a command."""

from collections.abc import Callable
from dataclasses import dataclass

from smart_metering.device_types import DeviceType
from smart_metering.duis import device_requests, inventory_requests
from smart_metering.duis.service_requests import Body, UninterpretedBody
from smart_metering.identifiers import Eui
from smart_metering.instants import CANCELLATION, DAY_MS, Instant
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.service_requests import definition_of
from tests.support.dsp_premises import IMPORT_MPAN, MANUFACTURER, MODEL, MPRN, V1
from tests.support.hand_made_device import SEED
from tests.support.story_words import Words, duration
from tests.support.world_premises import eui_of

SUPPLY = {DeviceType.ESME: IMPORT_MPAN, DeviceType.GSME: MPRN, DeviceType.GPF: MPRN}


@dataclass(frozen=True, slots=True)
class Told:
    """A command of a story: its words, the Device Type it is about, who sends it and when."""

    words: Words
    kind: DeviceType
    user: Eui
    now: Instant

    @property
    def device(self) -> Eui:
        """The Device that it is about."""
        return eui_of(self.kind)

    @property
    def date(self) -> Instant | None:
        """`at=1h` is an hour from now; `cancel` the date that cancels."""
        if "cancel" in self.words.plain:
            return CANCELLATION
        return Instant(self.now + duration(self.words.named["at"])) if "at" in self.words.named else None

    def other(self) -> Eui:
        """The Device of `with=PPMID`."""
        return eui_of(DeviceType(self.words.named["with"]))


def body_of(srv: str, told: Told) -> Body:
    """The body; one that nobody reads where stories have none."""
    make = BODIES.get(srv)
    if make is not None:
        return make(told)
    definition = definition_of(srv)
    assert definition is not None, srv
    return UninterpretedBody(element=definition.body_element)


def _profile(told: Told) -> Body:
    midnight = Instant(told.now - told.now % DAY_MS)
    period = device_requests.ReadLogPeriod(start_date_time=Instant(midnight - DAY_MS), end_date_time=midnight)
    return device_requests.ReadActiveImportProfileData(read_log_period=period, execution_date_time=told.date)


def _han_device_log(told: Told) -> Body:
    add = "remove" not in told.words.plain
    addition = device_requests.AddDeviceToChfWhitelist(
        join_time_period=600,
        install_code=bytes(range(16)),
        import_mpxn=told.words.named.get("mpxn", SUPPLY.get(told.kind, "")),
    )
    return device_requests.UpdateHanDeviceLog(
        device_id=told.device,
        request_type="Add" if add else "Remove",
        add_device_to_chf_whitelist=addition if add else None,
        execution_date_time=told.date,
    )


def _change_of_supplier(told: Told) -> Body:
    credentials = DevelopmentPki(SEED).organisation(told.user, "02")
    return device_requests.UpdateSecurityCredentialsCos(
        execution_date_time=told.date,
        supplier_floor_seq_number=0,
        digital_signing_certificate=credentials[KeyUsage.DIGITAL_SIGNING].certificate,
        key_agreement_certificate=credentials[KeyUsage.KEY_AGREEMENT].certificate,
        certification_path_certificates=(credentials[KeyUsage.DIGITAL_SIGNING].certificate,),
        import_mpxn=told.words.named.get("mpxn", SUPPLY.get(told.kind, "")),
    )


def _update_inventory(told: Told) -> Body:
    named = told.words.named
    variant, status, hub = (named.get(name, "") for name in ("variant", "status", "hub"))
    details = inventory_requests.DeviceDetails(esme_variant=variant, device_model=named.get("model", ""))
    return inventory_requests.UpdateInventory(
        device_id=told.device,
        update_device_status_except_ch=status,
        update_device_status_ch=hub,
        update_device_details=details if variant or details.device_model else None,
        delete_device="delete" in told.words.plain,
        update_mpxn=inventory_requests.UpdateMpxn(import_mpxn=named["mpxn"]) if "mpxn" in named else None,
    )


def _prenotification(told: Told) -> Body:
    esme = told.kind is DeviceType.ESME
    return inventory_requests.DevicePrenotification(
        device_id=told.device,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        device_type=told.kind,
        firmware_version=V1,
        esme_variant=told.words.named.get("variant", "AD" if esme else ""),
    )


def _schedule(told: Told) -> Body:
    midnight = Instant(told.now - told.now % DAY_MS)
    return inventory_requests.DspSchedule(
        schedule_frequency=told.words.named.get("every", "Daily"),
        schedule_start_date=Instant(midnight + DAY_MS),
        schedule_execution_start_time=duration(told.words.named.get("time", "2h")),
        dsp_scheduled_service_reference_variant="4.8.1",
        device_id=told.device,
        read_log_period_offset=inventory_requests.ReadLogPeriodOffset(
            start_date_offset=-1, end_date_offset=0
        ),
    )


BODIES: dict[str, Callable[[Told], Body]] = {
    "2.2": lambda told: device_requests.TopUpDevice(
        utrn=told.words.named.get("utrn", "73495950067887105178")
    ),
    "3.3": lambda _: device_requests.ClearEventLog(esme_event_log_type="ESME"),
    "4.1.1": lambda told: device_requests.ReadInstantaneousImportRegisters(execution_date_time=told.date),
    "4.3": lambda told: device_requests.ReadInstantaneousPrepayValues(execution_date_time=told.date),
    "4.8.1": _profile,
    "5.1": _schedule,
    "5.2": lambda told: inventory_requests.ReadSchedule(device_id=told.device),
    "5.3": lambda told: inventory_requests.DeleteSchedule(device_id=told.device),
    "6.2.4": lambda _: device_requests.ReadDeviceConfigurationIdentityExcMpxn(),
    "6.23": _change_of_supplier,
    "6.24.1": lambda _: device_requests.RetrieveDeviceSecurityCredentialsKrp(
        remote_party_roles=("Supplier", "NetworkOperator")
    ),
    "7.4": lambda _: device_requests.ReadSupplyStatus(),
    "8.1.1": lambda told: device_requests.CommissionDeviceSynchroniseClock(
        current_date_time=told.now, tolerance_period=10
    ),
    "8.2": lambda told: inventory_requests.ReadInventory(device_id=told.device),
    "8.3": lambda told: inventory_requests.DecommissionDevice(device_id=told.device),
    "8.4": _update_inventory,
    "8.7.1": lambda told: device_requests.JoinServiceCritical(other_device_id=told.other()),
    "8.7.2": lambda told: device_requests.JoinServiceNonCritical(other_device_id=told.other()),
    "8.9": lambda told: device_requests.ReadDeviceLog(execution_date_time=told.date),
    "8.11": _han_device_log,
    "8.14.1": lambda told: inventory_requests.ChfInstallSuccessSmWan(device_id=told.device),
    "8.14.2": lambda told: inventory_requests.ChfInstallSuccessNoSmWan(device_id=told.device),
    "8.14.3": lambda told: inventory_requests.ChfFaultReturn(device_id=told.device),
    "8.14.4": lambda told: inventory_requests.ChfNoFaultReturn(device_id=told.device),
    "12.2": _prenotification,
}
