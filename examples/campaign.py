"""Every meter is asked for its firmware version, many at a time, over a DSP's restart; who stays silent is named.

smets up FLEET &
python examples/campaign.py        # SMETS_STATE names the state folder, else .smets
"""

import asyncio
from collections import Counter

from smart_metering.device_types import DeviceType
from smart_metering.duis.service_requests import ReadFirmwareVersion
from smart_metering.instants import MINUTE_MS
from smets.client import connect


async def main() -> None:
    """11.2 to all ESMEs, each with its Response."""
    async with connect() as system:
        supplier = system.user("supplier")
        meters = [
            row.device.device_id async for row in system.administration.devices(device_type=DeviceType.ESME)
        ]
        bodies = dict.fromkeys(meters, ReadFirmwareVersion())
        requests = supplier.requests("11.2", bodies, now=await supplier.now())

        said: Counter[str] = Counter()
        async for sent in supplier.send_all(requests, in_flight=500, within_ms=MINUTE_MS):
            outcome = sent.response.outcome if sent.response else None
            if outcome is None:
                print(
                    f"{sent.device}: {(sent.response.response if sent.response else sent.answer).response_code}"
                )
            said[outcome.text if outcome else "silent"] += 1
        print(dict(said))


if __name__ == "__main__":
    asyncio.run(main())
