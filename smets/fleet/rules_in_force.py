"""The rules that a fleet runs under: what its file says, unless the command line says otherwise."""

from collections.abc import Sequence

from dsp.rules.releases import LATEST, UnknownRule, rules_as_of
from smets.fleet.model import FleetModel


def under_rules(
    fleet: FleetModel,
    *,
    release: str = "",
    with_modifications: Sequence[str] = (),
    without_modifications: Sequence[str] = (),
) -> FleetModel:
    """The fleet under other rules: a release stands in place of all that the file says of rules, the rest beside it.

    Raises UnknownRule.
    """
    on, off = with_modifications, without_modifications
    if not (release or on or off):
        return fleet
    if not release and fleet.modifications is not None:
        raise UnknownRule(
            "the fleet file says which modifications are in force, exactly those; "
            "expected --with and --without beside a --release"
        )
    on_in_file, off_in_file = ((), ()) if release else (fleet.with_modifications, fleet.without_modifications)
    other = fleet.model_copy(
        update={
            "release": release or fleet.release,
            "with_modifications": (*(name for name in on_in_file if name not in off), *on),
            "without_modifications": (*(name for name in off_in_file if name not in on), *off),
            "modifications": None,
        }
    )
    rules_as_of(
        other.release or LATEST,
        with_modifications=other.with_modifications,
        without_modifications=other.without_modifications,
    )
    return other
