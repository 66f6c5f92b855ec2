"""DCC's request templates, signed by DCC's tool as its own clients have them signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smart_metering.identifiers import Eui
from tests.interop.programs import ask
from tests.interop.signing_tool import Job, Outcome, run_signing_tool


@dataclass(frozen=True, slots=True)
class Template:
    """`file` is the XML as it is published, `built` as DCC's parser writes it; the rest is what the parser reads."""

    file: str
    built: str
    originator: Eui
    target: Eui
    command_variant: int
    service_reference: str
    service_reference_variant: str
    body_element: str
    eligible_roles: frozenset[str]


Templates = Mapping[str, Template]
Signed = Mapping[tuple[str, str], Outcome]
"""By the template's name, and whether it is its file or what was built of it."""


def read_templates(packages: Path) -> Templates:
    """By their names, like `CS06_11.3_IMMEDIATE_SUCCESS`."""
    return {
        name: Template(
            file=row["file"],
            built=row["built"],
            originator=Eui(row["originator"].upper()),
            target=Eui(row["target"].upper()),
            command_variant=row["commandVariant"],
            service_reference=row["serviceReference"],
            service_reference_variant=row["serviceReferenceVariant"],
            body_element=row["element"],
            eligible_roles=frozenset(row["eligibleRoles"]),
        )
        for name, row in ask(packages, "duis/templates.mjs").items()
    }


def sign_templates(packages: Path, templates: Templates) -> Signed:
    """With the counters that they have."""
    texts = {
        (name, kind): text
        for name, template in templates.items()
        for kind, text in (("file", template.file), ("built", template.built))
    }
    jobs = [Job("Sign", text.encode(), keep_counter=True) for text in texts.values()]
    return dict(zip(texts, run_signing_tool(packages, jobs), strict=True))
