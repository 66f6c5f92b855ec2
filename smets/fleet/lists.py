"""Lists of premises: a CSV or NDJSON file beside the fleet file, whose every row is one premises.

The columns of a CSV, named in its first line, and the keys of a line of NDJSON are the same: `eui_from`, `status`,
`esme_variant`, `labels` (parted by spaces, in NDJSON a list too), and `ESME_firmware_version` or that of another Device
Type. All may be missing, and any may be empty: then it is as the entry of the fleet file says.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError

from smart_metering.device_types import DeviceType
from smart_metering.smi_statuses import SmiStatus
from smets.fleet.lines import Fault
from smets.fleet.model import Strict
from smets.fleet.reading import in_words
from smets.fleet.texts import EuiText, Label, VariantText, VersionText, did_you_mean

FIRMWARE = "_firmware_version"
MOST_FAULTS = 20
SUFFIXES = (".csv", ".ndjson")


def _words(found: object) -> object:
    return tuple(found.split()) if isinstance(found, str) else found


Labels: TypeAlias = Annotated[tuple[Label, ...], BeforeValidator(_words)]


class ListedPremisesModel(Strict):
    """One premises of a list. What is None, and firmware that is not named, is as the entry of the file says."""

    eui_from: EuiText | None = None
    status: SmiStatus | None = None
    esme_variant: VariantText | None = None
    labels: Labels = ()
    firmware: Mapping[DeviceType, VersionText] = Field(default_factory=dict)


PLAIN = tuple(name for name in ListedPremisesModel.model_fields if name != "firmware")
COLUMNS = (*PLAIN, *(f"{kind}{FIRMWARE}" for kind in DeviceType))


@dataclass(frozen=True, slots=True)
class Row:
    """A premises, and the line of the list where it stands."""

    line: int
    premises: ListedPremisesModel

    @property
    def says(self) -> str:
        """But where it stands."""
        return self.premises.model_dump_json(exclude={"eui_from"})


@dataclass(slots=True)
class PremisesList:
    """What a list says, or what is wrong with it. `columns`: those that it uses, each with the line where it begins."""

    file: str
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)

    def fault(self, line: int, what: str, column: str = "") -> None:
        self.faults.append(Fault(line, column, what, self.file))

    @property
    def firmware_columns(self) -> Iterator[tuple[DeviceType, int]]:
        """Of which Device Types it has firmware, and in which line first."""
        for name, line in self.columns.items():
            if name.endswith(FIRMWARE):
                yield DeviceType(name.removesuffix(FIRMWARE)), line


def read_list(path: Path) -> PremisesList:
    """All rows; its faults up to so many, each with its line."""
    found = PremisesList(str(path))
    if path.suffix not in SUFFIXES:
        found.fault(0, f"expected a name that ends in {' or '.join(SUFFIXES)}")
        return found
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        found.fault(0, f"cannot be read: {error.strerror}")
        return found
    except UnicodeDecodeError as error:
        found.fault(0, f"is not UTF-8: {error.reason}")
        return found
    said = _of_csv(text, found) if path.suffix == ".csv" else _of_ndjson(text, found)
    for line, cells in said:
        if len(found.faults) >= MOST_FAULTS:
            found.fault(line, f"{MOST_FAULTS} faults so far: from here on it was not read")
            break
        _take(found, line, cells)
    if not found.rows and not found.faults:
        found.fault(0, "says no premises")
    return found


def _of_csv(text: str, found: PremisesList) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Rows as mappings; without a heading that can be understood, none."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        heading = [name.strip() for name in next(reader, [])]
        if not _is_heading(heading, found):
            return
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(heading):
                what = f"{len(cells)} cells, but the heading has {len(heading)} columns"
                found.fault(reader.line_num, what)
                continue
            yield reader.line_num, {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}
    except csv.Error as error:
        found.fault(reader.line_num, f"not CSV: {error}")


def _is_heading(heading: list[str], found: PremisesList) -> bool:
    if not any(heading):
        found.fault(1, f"expected a heading with some of: {', '.join(COLUMNS)}")
    for name in heading:
        _is_column(name, 1, found)
    for name in sorted({name for name in heading if heading.count(name) > 1}):
        found.fault(1, "stands twice in the heading", name)
    return not found.faults


def _of_ndjson(text: str, found: PremisesList) -> Iterator[tuple[int, Mapping[str, object]]]:
    for line, row in enumerate(text.splitlines(), start=1):
        if not row.strip():
            continue
        try:
            said = json.loads(row)
        except ValueError as error:
            found.fault(line, f"not JSON: {error}")
            continue
        if not isinstance(said, dict):
            found.fault(line, 'expected a mapping, like {"status": "Commissioned"}')
            continue
        known = [_is_column(name, line, found) for name in said]
        if all(known):
            yield line, said


def _is_column(name: str, line: int, found: PremisesList) -> bool:
    if name in COLUMNS:
        found.columns.setdefault(name, line)
        return True
    near = did_you_mean(name, COLUMNS)
    found.fault(line, f"there is no such column{near} (expected: {', '.join(COLUMNS)})", name)
    return False


def _take(found: PremisesList, line: int, cells: Mapping[str, object]) -> None:
    said = {name: cell for name, cell in cells.items() if cell not in ("", None)}
    plain: dict[str, object] = {name: cell for name, cell in said.items() if name in PLAIN}
    plain["firmware"] = {
        name.removesuffix(FIRMWARE): cell for name, cell in said.items() if name not in PLAIN
    }
    try:
        found.rows.append(Row(line, ListedPremisesModel.model_validate(plain)))
    except ValidationError as error:
        for details in error.errors():
            place = tuple(part for part in details["loc"] if part != "[key]")
            found.fault(line, in_words(ListedPremisesModel, details, place), _column_of(place))


def _column_of(place: tuple[str | int, ...]) -> str:
    return f"{place[1]}{FIRMWARE}" if place[0] == "firmware" else str(place[0])


def runs(rows: Iterable[tuple[int, Row]], step: int) -> Iterator[tuple[int, list[Row]]]:
    """Rows one after the other that say the same of premises that lie side by side, `step` EUIs each.

    `rows` come with their first EUI, and runs with that of their first.
    """
    run: list[Row] = []
    start = end = 0
    said = ""
    for first, row in rows:
        says = row.says
        if run and (first != end or says != said):
            yield start, run
            run = []
        if not run:
            start, said = first, says
        run.append(row)
        end = first + step
    if run:
        yield start, run
