"""What a fleet file need not say: the parties of DCC Boxed, and the Devices of ordinary premises."""

from smart_metering.device_types import DeviceType, Generation
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.user_roles import UserRole
from smets.fleet.model import DeviceModel, PartyModel, TemplateModel

PARTIES = {
    # The EUIs of the first three are DCC Boxed's.
    "supplier": PartyModel(eui=Eui("90-B3-D5-1F-30-01-00-00"), roles=(UserRole.IS, UserRole.GS)),
    "network operator": PartyModel(eui=Eui("90-B3-D5-1F-30-02-00-00"), roles=(UserRole.ED, UserRole.GT)),
    "second supplier": PartyModel(eui=Eui("90-B3-D5-1F-30-03-00-00"), roles=(UserRole.IS, UserRole.GS)),
    "other user": PartyModel(eui=Eui("90-B3-D5-1F-30-04-00-00"), roles=(UserRole.OU,)),
}

FIRST_EUI = Eui("00-DB-12-34-00-00-00-00")
"""Where the Device IDs of premises begin that name no `eui_from`; sixteen follow for each premises."""


def _devices(rows: tuple[tuple[DeviceType, str, str, str, str | None, str], ...]) -> tuple[DeviceModel, ...]:
    return tuple(
        DeviceModel(
            device_type=device_type,
            manufacturer=manufacturer,
            model=model,
            firmware_version=FirmwareVersion(version),
            esme_variant=variant,
            smets_chts_version=document,
        )
        for device_type, manufacturer, model, version, variant, document in rows
    )


TEMPLATES = {
    "smets2": TemplateModel(
        generation=Generation.SMETS2,
        devices=_devices(
            (
                # Device Type       manuf.  model       firmware    variant  SMETS or CHTS version
                (DeviceType.CHF,    "106C", "4331000A", "00010000", None,    "CHTS V1.4"),
                (DeviceType.GPF,    "106C", "4332000A", "00010000", None,    "SMETS V5.0"),
                (DeviceType.ESME,   "AB01", "010A030B", "00000001", "AD",    "SMETS V5.0"),
                (DeviceType.GSME,   "AB02", "020A0301", "00000001", None,    "SMETS V5.0"),
                (DeviceType.PPMID,  "AB03", "030A0101", "00000001", None,    "SMETS V5.0"),
                (DeviceType.HCALCS, "AB04", "040A0101", "00000001", None,    "SMETS V5.0"),
            )
        ),
    ),
    "smets1": TemplateModel(
        generation=Generation.SMETS1,
        devices=_devices(
            (
                # SMETS1 ran from V1.1 to V1.2: V1.58 is a document of the second generation.
                (DeviceType.CHF,   "206C", "43310001", "00010000", None, "SMETS V1.2"),
                (DeviceType.GPF,   "206C", "43320001", "00010000", None, "SMETS V1.2"),
                (DeviceType.ESME,  "BB01", "010A0101", "00000001", "A",  "SMETS V1.2"),
                (DeviceType.GSME,  "BB02", "020A0101", "00000001", None, "SMETS V1.2"),
                (DeviceType.PPMID, "BB03", "030A0101", "00000001", None, "SMETS V1.2"),
            )
        ),
    ),
}  # fmt: skip
