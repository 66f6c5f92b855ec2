"""Tables of the codes: response codes, DCC Alerts and Device Alerts."""

from smart_metering.dcc_alerts import DCC_ALERTS
from smart_metering.device_alerts import DEVICE_ALERTS
from smart_metering.response_codes import RESPONSE_CODES
from smets.tables.cells import NOTHING
from smets.tables.page import Table


def response_codes() -> Table:
    return Table(
        "Response codes",
        "Every code of the DUIS 5.4 schema. That it exists is certain; source and mark are of its meaning.",
        ("Code", "Meaning", "Source", "Mark"),
        [(row.code, row.meaning or NOTHING, row.source, row.mark) for row in RESPONSE_CODES],
    )


def dcc_alerts() -> Table:
    return Table(
        "DCC Alerts",
        "Every code of the DUIS 5.4 schema: what it tells whom, and the body that carries it. The schema ties no "
        "body to a code, so each has its own mark.",
        ("Code", "Name", "Recipients", "Source", "Mark", "Body", "Mark"),
        [
            (
                row.code,
                row.name or NOTHING,
                row.recipients or NOTHING,
                "DUIS 5.4 schema",
                row.mark,
                f"`{row.body}`" if row.body else NOTHING,
                row.body_mark,
            )
            for row in DCC_ALERTS
        ],
    )


def device_alerts() -> Table:
    return Table(
        "Device Alerts",
        "The alert codes of GBCS that the emulator raises or knows by name. That each exists is certain; the mark "
        "is of its name.",
        ("Code", "Name", "Source", "Mark"),
        [(f"{row.code:04X}", row.name, "GBCS alert codes", row.mark) for row in DEVICE_ALERTS],
    )
