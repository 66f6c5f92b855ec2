"""DUIS schema versions: what a Response must not say to a reader whose schema is older than it.

Versions 5.1 and 5.4 were compared element by element; 5.2 and 5.3 are taken to know no more than 5.1, which is safe.
"""

from lxml import etree

from smart_metering.duis_xml.faults import UnwritableError
from smart_metering.duis_xml.names import Element, duis

SCHEMA_VERSIONS = ("5.1", "5.2", "5.3", "5.4")
NEWEST = SCHEMA_VERSIONS[-1]

_NEWER = (
    # element                              value           written instead; None: left out, "": cannot be written
    ("CSPRegion",                          "4G North",     None),
    ("CSPRegion",                          "4G Central",   None),
    ("CSPRegion",                          "4G South",     None),
    ("Connectivity",                       None,           None),
    ("DSPReadInstantaneousExportRegisters", None,          ""),
    ("ResponseCode",                       "E050111",      "E100"),
    ("ResponseCode",                       "E050112",      "E100"),
    ("ResponseCode",                       "E081406",      "E100"),
    ("ResponseCode",                       "E110106",      "E110103"),  # no Device in the list can take the image
    ("ResponseCode",                       "E120103",      "E100"),
)  # fmt: skip
"""What came after 5.1; a value of None is any."""


def fit(root: Element, version: str) -> None:
    """Takes out of a Response what its schema version does not know; raises UnwritableError where it cannot."""
    if version not in SCHEMA_VERSIONS:
        raise UnwritableError(f"schemaVersion {version}, expected one of {', '.join(SCHEMA_VERSIONS)}")
    if version == NEWEST:
        return
    for element, value, instead in _NEWER:
        for node in list(root.iter(duis(element))):
            if value is None or node.text == value:
                _replace(node, instead, version)


def _replace(node: Element, instead: str | None, version: str) -> None:
    parent = node.getparent()
    assert parent is not None
    if instead is None:
        parent.remove(node)
    elif instead:
        node.text = instead
    else:
        name = etree.QName(node).localname
        raise UnwritableError(f"{name}: the schema of version {version} has none")
