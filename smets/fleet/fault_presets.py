"""Fault rules that have a name, so that nobody has to spell them."""

from dataclasses import dataclass

from smart_metering.administration import FaultRule


@dataclass(frozen=True, slots=True)
class FaultPreset:
    """A rule under its name, what it does in words, and where its figure comes from."""

    rule: FaultRule
    what: str
    source: str


PRESETS = (
    FaultPreset(
        FaultRule(
            name="one-in-five-11.3",
            direction="FROM_DEVICE",
            references=("11.3",),
            fate="lose",
            one_in=5,
        ),
        "one in five Responses to 11.3 is lost; the Device has acted",
        "the suppliers' figure in the SECMP0105 report",
    ),
    FaultPreset(
        FaultRule(
            name="next-11.3-response",
            direction="FROM_DEVICE",
            references=("11.3",),
            fate="lose",
            next=1,
        ),
        "of each Device, the next Response to 11.3 is lost",
        "the case of SECMP0105",
    ),
    FaultPreset(
        FaultRule(name="silence", direction="FROM_DEVICE", fate="lose", one_in=1),
        "nothing that a Device says arrives",
        "how E21 comes about",
    ),
    FaultPreset(
        FaultRule(name="deafness", direction="TO_DEVICE", fate="lose", one_in=1),
        "nothing arrives at a Device",
        "how E20 comes about",
    ),
)

BY_NAME = {preset.rule.name: preset for preset in PRESETS}
