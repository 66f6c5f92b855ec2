"""The schemas of DUIS, if somebody has them: read from a folder that is named, never kept with this project."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from lxml import etree

from smart_metering.duis_xml.faults import XmlFault
from smart_metering.duis_xml.names import SERVICE_USER_GATEWAY, Element

_SCHEMA = "{http://www.w3.org/2001/XMLSchema}schema"


class SchemaFolderError(ValueError):
    """A folder without one schema of DUIS that can be read; the text names the folder or the file."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of DUIS with those that it imports."""

    _schema: etree.XMLSchema

    @classmethod
    def from_folder(cls, folder: Path) -> Self:
        """Finds the one file that defines DUIS, whatever it is called; raises SchemaFolderError."""
        path = _file_of_duis(folder)
        try:
            return cls(etree.XMLSchema(etree.parse(str(path), _parser())))
        except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as error:
            hint = "; the file names of the schemas must have no spaces" if _has_spaces(folder) else ""
            raise SchemaFolderError(f"{path}: {str(error)[:300]}{hint}") from None

    def validate(self, root: Element) -> None:
        """Raises XmlFault at the first thing that the schema does not allow."""
        try:
            self._schema.assertValid(root)
        except etree.DocumentInvalid as error:
            raise XmlFault("", f"schema of DUIS: {str(error)[:200]}") from None


def _file_of_duis(folder: Path) -> Path:
    try:
        paths = sorted(folder.glob("*.xsd"))
    except OSError as error:
        raise SchemaFolderError(f"{folder}: {error.strerror}") from None
    found = [path for path in paths if _defines_duis(path)]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise SchemaFolderError(f"{folder}: expected one schema of {SERVICE_USER_GATEWAY}, found {names}")
    return found[0]


def _defines_duis(path: Path) -> bool:
    try:
        root = etree.parse(str(path), _parser()).getroot()
    except (etree.XMLSyntaxError, OSError):
        return False
    return root.tag == _SCHEMA and root.get("targetNamespace") == SERVICE_USER_GATEWAY


def _has_spaces(folder: Path) -> bool:
    return any(" " in path.name for path in folder.glob("*.xsd"))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
