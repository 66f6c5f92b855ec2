"""The same client without `async`: a meter is suspended, and its supplier is told.

smets up FLEET &
python examples/synchronous.py        # SMETS_STATE names the state folder, else .smets
"""

from smart_metering.device_types import DeviceType
from smart_metering.identifiers import parse_eui
from smets.client import Blocking, connect

METER = parse_eui("00-DB-12-34-00-00-00-02")


def main() -> None:
    """Takes the meter's firmware off the CPL, reads the alerts, and asks the meter."""
    with Blocking() as blocking:
        system = blocking.enter(connect())
        supplier = system.user("supplier")

        for entry in blocking(system.administration.cpl_entries()):
            if entry.device_type is DeviceType.ESME:
                blocking(system.administration.remove_cpl_entry(entry.entry_id))
        for alert in blocking.iterate(supplier.alerts(device=METER, until_now=True)):
            print(f"alert {alert.code} about {alert.devices[0]}")

        sent = blocking(supplier.send("11.2", METER))
        checked = blocking(supplier.response_to(sent.request_id))
        print(checked.outcome.text if checked.outcome else checked.response.response_code)
        print(checked.verified.what)


if __name__ == "__main__":
    main()
