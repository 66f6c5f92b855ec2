"""The order of the tables on the page."""

from collections.abc import Callable

from smets.tables import code_tables, request_tables, rule_tables, status_tables
from smets.tables.page import Table

CONTENTS: tuple[Callable[[], Table], ...] = (
    request_tables.service_requests,
    request_tables.use_cases,
    request_tables.command_variants,
    status_tables.eligibility_before,
    status_tables.eligibility_with_secmp0105,
    status_tables.eligibility_with_both,
    status_tables.exemptions,
    status_tables.transitions,
    rule_tables.firmware_evidence,
    rule_tables.amendments,
    rule_tables.update_firmware,
    rule_tables.alert_recipients,
    rule_tables.responsibilities,
    rule_tables.known_parties,
    rule_tables.releases,
    rule_tables.choices,
    rule_tables.times,
    code_tables.response_codes,
    code_tables.dcc_alerts,
    code_tables.device_alerts,
)
