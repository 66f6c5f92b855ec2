"""The rules that a fleet runs under: what its file says, unless the command line says otherwise."""

from collections.abc import Sequence

from dsp.rules.releases import LATEST, UnknownRule, release_named, rules_as_of, rules_with
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


def rules_text(fleet: FleetModel) -> str:
    """The release that a fleet runs under, and the modifications: `November 2021: SECMP0105, SECMP0007`."""
    if fleet.modifications is not None:
        return f"exactly these: {', '.join(rules_with(fleet.modifications).modifications) or 'none'}"
    release = release_named(fleet.release or LATEST).name
    book = rules_as_of(
        release,
        with_modifications=fleet.with_modifications,
        without_modifications=fleet.without_modifications,
    )
    return f"{release}: {', '.join(book.modifications) or 'no modification'}"
