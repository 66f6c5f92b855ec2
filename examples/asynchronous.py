"""With `async`: a meter whose Responses are lost, what the DSP says of it, and both sides of it afterwards.

smets up FLEET &
python examples/asynchronous.py        # SMETS_STATE names the state folder, else .smets
"""

import asyncio

from smart_metering.administration import FaultRule
from smart_metering.identifiers import parse_eui
from smets.client import User, connect

METER = parse_eui("00-DB-12-34-00-00-00-02")
SILENCE = FaultRule(name="silence", direction="FROM_DEVICE", references=("11.2",), fate="lose", one_in=1)


async def read_version(supplier: User) -> None:
    """One 11.2, and what came of it: the emulated time moves on as far as it has to."""
    sent = await supplier.send("11.2", METER)
    checked = await supplier.response_to(sent.request_id)
    said = checked.outcome.text if checked.outcome else "nothing"
    print(f"{checked.response.response_code}: the meter says {said}")


async def main() -> None:
    """Reads the firmware version while Responses are lost, and again."""
    async with connect() as system:
        supplier = system.user("supplier")

        await system.emulator.set_faults([SILENCE])
        await read_version(supplier)
        await system.emulator.clear_faults([SILENCE.name])
        await read_version(supplier)

        sides = await system.device(METER)
        assert sides.smi is not None
        assert sides.inside is not None
        print(f"SMI {sides.smi.device.device_firmware_version}, Device {sides.inside.firmware_version}")


if __name__ == "__main__":
    asyncio.run(main())
