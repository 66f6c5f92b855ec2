"""Files of DUIS XML as people write them, for tests: indented, with EUIs in lower case and a counter of long ago."""

SUPPLIER = "90-B3-D5-1F-30-01-00-00"
METER = "00-DB-12-34-00-00-00-02"

_REQUEST = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<sr:Request xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" schemaVersion="5.2">
  <sr:Header>
    <sr:RequestID>{request_id}</sr:RequestID>
    <sr:CommandVariant>{variant}</sr:CommandVariant>
    <sr:ServiceReference>{srv}</sr:ServiceReference>
    <sr:ServiceReferenceVariant>{srv}</sr:ServiceReferenceVariant>
  </sr:Header>
  <sr:Body>
    {body}
  </sr:Body>
</sr:Request>
"""


def read_version_file(
    *,
    originator: str = SUPPLIER,
    target: str = METER,
    counter: int = 1000,
    variant: int = 1,
    body: str = "<sr:ReadFirmwareVersion></sr:ReadFirmwareVersion>",
) -> str:
    """11.2, unless something in it is to be wrong."""
    request_id = f"{originator}:{target}:{counter}".lower()
    return _REQUEST.format(request_id=request_id, variant=variant, srv="11.2", body=body)


def activate_firmware_file(image_hash: bytes = bytes(32), *, counter: int = 1000) -> str:
    """11.3 to the same meter, in Command Variant 4."""
    request_id = f"{SUPPLIER}:{METER}:{counter}".lower()
    content = f"<sr:FirmwareHash>{image_hash.hex()}</sr:FirmwareHash>"
    body = f"<sr:ActivateFirmware>{content}</sr:ActivateFirmware>"
    return _REQUEST.format(request_id=request_id, variant=4, srv="11.3", body=body)
