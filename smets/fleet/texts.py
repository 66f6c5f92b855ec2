"""The kinds of text that stand in a fleet file, each read by the parser of its vocabulary."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, StringConstraints, ValidationInfo

from dsp.rules.releases import MODIFICATIONS, RELEASES, UnknownRule, release_named
from smart_metering.device_types import ESME_VARIANTS
from smart_metering.firmware_versions import FirmwareVersion, parse_firmware_version
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import Instant
from smart_metering.service_requests import SERVICE_REQUESTS, definition_of
from smets.durations import parse_duration, parse_signed_duration
from smets.moments import instant_or_day


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """`; did you mean 'supplier'?`, or nothing."""
    near = get_close_matches(text, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def one_of(kind: str, text: str, known: Iterable[str]) -> str:
    """The text; raises ValueError if it is not known, naming what is."""
    names = list(known)
    if text in names:
        return text
    if not names:
        raise ValueError(f"there is no {kind} {text!r}: no {kind} is defined")
    expected = ", ".join(names)
    raise ValueError(f"there is no {kind} {text!r}{did_you_mean(text, names)} (expected one of: {expected})")


def _named_in(kind: str) -> Callable[[str, ValidationInfo], str]:
    """A name of the file's own: the reader puts those that it defines into the context."""

    def check(text: str, info: ValidationInfo) -> str:
        return one_of(kind, text, (info.context or {}).get(kind, ()))

    return check


def _check_release(text: str) -> str:
    try:
        release_named(text)
    except UnknownRule as error:
        raise ValueError(f"{error}{did_you_mean(text, [row.name for row in RELEASES])}") from None
    return text


def _check_modification(text: str) -> str:
    return one_of("modification", text, MODIFICATIONS)


def _check_srv(text: str) -> str:
    if definition_of(text) is None:
        raise ValueError(
            f"there is no SRV {text!r}{did_you_mean(text, [row.srv for row in SERVICE_REQUESTS])}"
        )
    return text


def _check_variant(text: str) -> str:
    return one_of("ESME Variant", text, ESME_VARIANTS)


def _read_by(parse: Callable[[str], object]) -> BeforeValidator:
    """Text is parsed; a number can only be a default of ours."""

    def read(found: object) -> object:
        if isinstance(found, str):
            return parse(found)
        if isinstance(found, int):
            return found
        raise ValueError("expected text")

    return BeforeValidator(read, json_schema_input_type=str)


def _hex(characters: int, example: str) -> Callable[[str], str]:
    pattern = re.compile(rf"[0-9A-Fa-f]{{{characters}}}")

    def check(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise ValueError(f"{text!r}: expected {characters} hex characters, like {example!r}")
        return text.upper()

    return check


EuiText: TypeAlias = Annotated[Eui, _read_by(parse_eui)]
VersionText: TypeAlias = Annotated[FirmwareVersion, _read_by(parse_firmware_version)]
InstantText: TypeAlias = Annotated[Instant, _read_by(instant_or_day)]
DurationText: TypeAlias = Annotated[int, _read_by(parse_duration)]
SignedDurationText: TypeAlias = Annotated[int, _read_by(parse_signed_duration)]
HashText: TypeAlias = Annotated[str, AfterValidator(_hex(64, "7542f475..."))]
ManufacturerText: TypeAlias = Annotated[str, AfterValidator(_hex(4, "106C"))]
ModelText: TypeAlias = Annotated[str, AfterValidator(_hex(8, "4331000A"))]
Label: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
FileName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
SrvText: TypeAlias = Annotated[str, AfterValidator(_check_srv)]
VariantText: TypeAlias = Annotated[str, AfterValidator(_check_variant)]
ReleaseName: TypeAlias = Annotated[str, AfterValidator(_check_release)]
ModificationName: TypeAlias = Annotated[str, AfterValidator(_check_modification)]
PartyName: TypeAlias = Annotated[str, AfterValidator(_named_in("party"))]
TemplateName: TypeAlias = Annotated[str, AfterValidator(_named_in("template"))]
