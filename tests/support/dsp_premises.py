"""Who and what the tests of the DSP's core know: parties, one premises, its firmware and its CPL entries."""

from functools import cache

from dsp.core.turn import AccessControlBroker, ChangeOfSupplierParty
from smart_metering.administration import CplEntry, LoadedDevice, Party, Registration
from smart_metering.device_types import TYPE_2, DeviceType
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.message import decode, encode
from smart_metering.gbcs.protection import sign
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant, parse_instant
from smart_metering.ota.image import FirmwareFile, OtaHeader
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY, DevelopmentPki
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from tests.support.hand_made_device import ACB, SEED

START = parse_instant("2021-11-21T02:00:00Z")

SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")  # electricity: IS
DISTRIBUTOR = Eui("90-B3-D5-1F-30-02-00-00")  # ED
GAS_SUPPLIER = Eui("90-B3-D5-1F-30-03-00-00")  # GS
GAS_TRANSPORTER = Eui("90-B3-D5-1F-30-04-00-00")  # GT
EXPORT_SUPPLIER = Eui("90-B3-D5-1F-30-05-00-00")  # ES
AGENT = Eui("90-B3-D5-1F-30-06-00-00")  # RSA
OTHER_USER = Eui("90-B3-D5-1F-30-07-00-00")  # OU
OTHER_SUPPLIER = Eui("90-B3-D5-1F-30-08-00-00")  # IS and GS, registered for nothing here
STRANGER = Eui("90-B3-D5-1F-30-09-00-00")  # no party at all

ROLES: dict[Eui, tuple[UserRole, ...]] = {
    SUPPLIER: (UserRole.IS,),
    DISTRIBUTOR: (UserRole.ED,),
    GAS_SUPPLIER: (UserRole.GS,),
    GAS_TRANSPORTER: (UserRole.GT,),
    EXPORT_SUPPLIER: (UserRole.ES,),
    AGENT: (UserRole.RSA,),
    OTHER_USER: (UserRole.OU,),
    OTHER_SUPPLIER: (UserRole.IS, UserRole.GS),
}

CHF = Eui("00-DB-12-34-56-78-90-00")
GPF = Eui("00-DB-12-34-56-78-90-01")
ESME = Eui("00-DB-12-34-56-78-90-02")
GSME = Eui("00-DB-12-34-56-78-90-03")
HCALCS = Eui("00-DB-12-34-56-78-90-04")
PPMID = Eui("00-DB-12-34-56-78-90-05")
IHD = Eui("00-DB-12-34-56-78-90-06")
NOWHERE = Eui("00-DB-12-34-56-78-90-FF")

DEVICE_TYPES: dict[Eui, DeviceType] = {
    CHF: DeviceType.CHF,
    GPF: DeviceType.GPF,
    ESME: DeviceType.ESME,
    GSME: DeviceType.GSME,
    HCALCS: DeviceType.HCALCS,
    PPMID: DeviceType.PPMID,
    IHD: DeviceType.IHD,
}
ASSOCIATED = {GPF: GSME, HCALCS: ESME}

IMPORT_MPAN, EXPORT_MPAN, MPRN = "1200012345678", "1200087654321", "7312345678"
SUPPLY_POINTS = {ESME: IMPORT_MPAN, GSME: MPRN}
UPRN = "100023336956"

MANUFACTURER, MODEL = "106C", "433100AC"
V1, V2, V3 = (FirmwareVersion(f"0000000{number}") for number in (1, 2, 3))


@cache
def firmware_file(version: FirmwareVersion) -> FirmwareFile:
    """The file of this version; every Device Type takes the same, for only the Device would mind."""
    header = OtaHeader(manufacturer_code=int(MANUFACTURER, 16), image_type=0, version=version)
    return FirmwareFile(header, b"Manufacturer Image of " + version.encode())


def image_hash(version: FirmwareVersion) -> bytes:
    """What 11.3 carries for this version."""
    return firmware_file(version).manufacturer_image_hash


@cache
def party(eui: Eui, roles: tuple[UserRole, ...] = ()) -> Party:
    """A party with the certificates of the development PKI, in its usual roles or in these."""
    roles = roles or ROLES[eui]
    organisation_role = "02" if {UserRole.IS, UserRole.ES, UserRole.GS} & set(roles) else "03"
    credentials = DevelopmentPki(SEED).organisation(eui, organisation_role)
    return Party(
        eui=eui,
        roles=roles,
        digital_signing_certificate=credentials[KeyUsage.DIGITAL_SIGNING].certificate,
        key_agreement_certificate=credentials[KeyUsage.KEY_AGREEMENT].certificate,
    )


def registration(mpxn: str, eui: Eui, since: Instant = START) -> Registration:
    """A party's registration in its first role."""
    return Registration(mpxn=mpxn, role=ROLES[eui][0], party=eui, effective_from=since)


REGISTRATIONS = (
    registration(IMPORT_MPAN, SUPPLIER),
    registration(IMPORT_MPAN, DISTRIBUTOR),
    registration(EXPORT_MPAN, EXPORT_SUPPLIER),
    registration(MPRN, GAS_SUPPLIER),
    registration(MPRN, GAS_TRANSPORTER),
)


def loaded_device(
    device: Eui, status: SmiStatus = SmiStatus.COMMISSIONED, *, smets1: bool = False
) -> LoadedDevice:
    """One Device of the premises, on V1."""
    device_type = DEVICE_TYPES[device]
    type_2 = device_type in TYPE_2
    return LoadedDevice(
        device=InventoryDevice(
            device_id=device,
            device_type=device_type,
            device_status=None if type_2 else status,
            device_manufacturer=MANUFACTURER,
            device_model=MODEL,
            device_firmware_version="" if type_2 else V1,
            import_mpxn=SUPPLY_POINTS.get(device, ""),
            export_mpan=EXPORT_MPAN if device == ESME else "",
            esme_variant="AD" if device == ESME else "",
            uprn=UPRN,
            csp_region="SMETS1" if smets1 else "North",
        ),
        comms_hub=CHF,
        associated_device=ASSOCIATED.get(device),
        status_before_suspension=SmiStatus.COMMISSIONED if status is SmiStatus.SUSPENDED else None,
    )


def cpl_entry(device: Eui, version: FirmwareVersion) -> CplEntry:
    """The entry that approves this version for such a Device; its id is `ESME V1`, say."""
    return CplEntry(
        entry_id=f"{DEVICE_TYPES[device]} V{version[-1]}",
        device_type=DEVICE_TYPES[device],
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        firmware_version=version,
        manufacturer_image_hash=image_hash(version),
    )


def broker() -> AccessControlBroker:
    """The ACB with its key."""
    return AccessControlBroker(eui=ACB, key_agreement=derive_private_key(SEED, ACB, KeyUsage.KEY_AGREEMENT))


def change_of_supplier_party() -> ChangeOfSupplierParty:
    """The transitional Change of Supplier party with its key."""
    return ChangeOfSupplierParty(
        eui=CHANGE_OF_SUPPLIER_PARTY,
        digital_signing=derive_private_key(SEED, CHANGE_OF_SUPPLIER_PARTY, KeyUsage.DIGITAL_SIGNING),
    )


def signed_by(eui: Eui, octets: bytes) -> bytes:
    """A Pre-Command with the party's signature."""
    return encode(sign(decode(octets), derive_private_key(SEED, eui, KeyUsage.DIGITAL_SIGNING)))
