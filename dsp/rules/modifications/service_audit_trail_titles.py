"""The modification of the Self-Service Interface: titles of what others exchanged with a Device, for who answers for it."""

from dataclasses import replace

from dsp.rules.audit_visibility import MessageKind, Shown, Viewer, VisibilityRow
from dsp.rules.rule_set import RuleSet
from smart_metering.marks import Mark

NAME = "SAT-TITLES"

_REPORT = "modification report on the Service Audit Trail"
_SUPPLIER, _OPERATOR, _TITLE = Viewer.RESPONSIBLE_SUPPLIER, Viewer.RESPONSIBLE_NETWORK_OPERATOR, Shown.TITLE

TITLE_ROWS = (
    # viewer         kind                                 shown   source   mark; a Signed Pre-Command has an SRV too
    VisibilityRow(_SUPPLIER, MessageKind.SERVICE_REQUEST,    _TITLE, _REPORT, Mark.CERTAIN),
    VisibilityRow(_SUPPLIER, MessageKind.SIGNED_PRE_COMMAND, _TITLE, _REPORT, Mark.LIKELY),
    VisibilityRow(_SUPPLIER, MessageKind.SERVICE_RESPONSE,   _TITLE, _REPORT, Mark.CERTAIN),
    VisibilityRow(_OPERATOR, MessageKind.SERVICE_REQUEST,    _TITLE, _REPORT, Mark.CERTAIN),
    VisibilityRow(_OPERATOR, MessageKind.SIGNED_PRE_COMMAND, _TITLE, _REPORT, Mark.LIKELY),
    VisibilityRow(_OPERATOR, MessageKind.SERVICE_RESPONSE,   _TITLE, _REPORT, Mark.CERTAIN),
)  # fmt: skip


def service_audit_trail_titles(rules: RuleSet) -> RuleSet:
    """The rules after it. Nothing but the Self-Service Interface changes."""
    return replace(
        rules,
        modifications=(*rules.modifications, NAME),
        audit_visibility=(*rules.audit_visibility, *TITLE_ROWS),
    )
