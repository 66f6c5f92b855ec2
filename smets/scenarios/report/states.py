"""The states in which Devices were seen: as the SMI believed, and as they were; counted in each sample."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.smi_statuses import SmiStatus
from smets.scenarios.beliefs import Sample, Seen
from smets.scenarios.cast import Member

UNKNOWN_TO_SMI, NOT_EMULATED = "not in the SMI", "not emulated"
DISAGREE, AGREE = "SMI and Device disagree", "agree"
OTHERS = "others"
MOST_STATES = 8
"""In one picture; the rarest beyond are `others`."""

StateOf = Callable[[Seen], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One kind of picture: the states in the order in which they came up, and how many Devices were in each."""

    title: str
    states: tuple[str, ...]
    counts: tuple[Mapping[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypePicture:
    """The Devices of one type: as believed, as they are, and where the two differ; a count for each of the samples."""

    device_type: DeviceType
    devices: int
    believed: Band
    true: Band
    differing: Band

    @property
    def bands(self) -> tuple[Band, Band, Band]:
        return self.believed, self.true, self.differing


def pictures(members: Mapping[Eui, Member], samples: Sequence[Sample]) -> Iterator[TypePicture]:
    """Of each Device Type in which something changed or differed."""
    if not samples:
        return
    by_type: dict[DeviceType, list[Eui]] = {}
    for device in samples[0].seen:
        by_type.setdefault(members[device].device_type, []).append(device)
    for device_type, devices in by_type.items():
        smi, inside = states_of(_all_seen(devices, samples))
        picture = TypePicture(
            device_type=device_type,
            devices=len(devices),
            believed=_band("What the SMI believes", smi, devices, samples),
            true=_band("What the Devices are", inside, devices, samples),
            differing=_band("Where they differ", _differs, devices, samples),
        )
        if any(len(band.states) > 1 or DISAGREE in band.states for band in picture.bands):
            yield picture


def states_of(seen: Iterable[Seen]) -> tuple[StateOf, StateOf]:
    """How the states of these are called on either side: the variant is named where it is not always the same."""
    with_variant = has_variants(seen)

    def believed(one: Seen) -> str:
        if one.smi is None:
            return UNKNOWN_TO_SMI
        if one.smi.status not in (SmiStatus.COMMISSIONED, "none"):
            return one.smi.status
        return version_text(one.smi.firmware, one.smi.variant if with_variant else "")

    def true(one: Seen) -> str:
        if one.device is None:
            return NOT_EMULATED
        text = version_text(one.device.firmware, one.device.variant if with_variant else "")
        return f"{text}, holds {one.device.pending}" if one.device.pending else text

    return believed, true


def has_variants(seen: Iterable[Seen]) -> bool:
    """More than one, of all Devices on both sides: else none need be named."""
    sides = (side for one in seen for side in (one.smi, one.device))
    return len({side.variant for side in sides if side is not None and side.variant}) > 1


def version_text(firmware: str, variant: str) -> str:
    return f"{firmware or 'no version'}{f' variant {variant}' if variant else ''}"


def _differs(one: Seen) -> str:
    return DISAGREE if one.disagreement else AGREE


def _all_seen(devices: Iterable[Eui], samples: Iterable[Sample]) -> set[Seen]:
    known = tuple(devices)
    return {sample.seen[device] for sample in samples for device in known}


def _band(title: str, state_of: StateOf, devices: Sequence[Eui], samples: Sequence[Sample]) -> Band:
    counts = [Counter(state_of(sample.seen[device]) for device in devices) for sample in samples]
    states = dict.fromkeys(state for count in counts for state in sorted(count))
    if len(states) > MOST_STATES:
        most: Counter[str] = sum(counts, Counter())
        kept = {state for state, _ in most.most_common(MOST_STATES - 1)}
        states = dict.fromkeys([*(state for state in states if state in kept), OTHERS])
        counts = [_with_others(count, kept) for count in counts]
    return Band(title=title, states=tuple(states), counts=tuple(counts))


def _with_others(count: Counter[str], kept: set[str]) -> Counter[str]:
    return Counter(
        {state: number for state, number in count.items() if state in kept}
        | {OTHERS: sum(number for state, number in count.items() if state not in kept)}
    )


# --- one Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A state that lasted from one of the samples up to another; `end` is not of it, or is the number of samples."""

    state: str
    text: str
    first: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """One Device on both sides, and the pieces in which these differ, whose text says in what."""

    believed: tuple[Piece, ...]
    true: tuple[Piece, ...]
    differing: tuple[Piece, ...]


def lanes_of(device: Eui, samples: Sequence[Sample]) -> Lanes | None:
    """None: it was not watched."""
    seen = [sample.seen[device] for sample in samples if device in sample.seen]
    if not seen or len(seen) != len(samples):
        return None
    believed, true = states_of(seen)
    with_variant = has_variants(seen)
    differing = pieces((DISAGREE, one.disagreement) if one.disagreement else ("", "") for one in seen)
    return Lanes(
        believed=pieces((believed(one), said_of_smi(one, with_variant=with_variant)) for one in seen),
        true=pieces((true(one), true(one)) for one in seen),
        differing=tuple(piece for piece in differing if piece.state),
    )


def said_of_smi(seen: Seen, *, with_variant: bool) -> str:
    """Status and firmware together: `Suspended, 00000001`."""
    if seen.smi is None:
        return UNKNOWN_TO_SMI
    status = "" if seen.smi.status == "none" else seen.smi.status
    said = version_text(seen.smi.firmware, seen.smi.variant if with_variant else "")
    return f"{status}, {said}" if status else said


def pieces(states: Iterable[tuple[str, str]]) -> tuple[Piece, ...]:
    """What is alike in a row, together; each is a state and its text."""
    found: list[Piece] = []
    for position, (state, text) in enumerate(states):
        if found and (found[-1].state, found[-1].text) == (state, text):
            last = found.pop()
            found.append(Piece(state=state, text=text, first=last.first, end=position + 1))
        else:
            found.append(Piece(state=state, text=text, first=position, end=position + 1))
    return tuple(found)
