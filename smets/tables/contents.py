"""The order of the tables on the page."""

from collections.abc import Iterator

from smets.tables import code_tables, request_tables, rule_tables
from smets.tables.effect_tables import effect_tables
from smets.tables.life_cycle_tables import life_cycle
from smets.tables.page import Table
from smets.tables.rule_set_tables import rule_set_tables


def contents() -> Iterator[Table]:
    """Every table."""
    yield request_tables.service_requests()
    yield request_tables.use_cases()
    yield request_tables.command_variants()
    yield rule_tables.releases()
    yield from effect_tables()
    yield from rule_set_tables()
    yield life_cycle()
    yield rule_tables.update_firmware()
    yield from rule_tables.row_tables()
    yield rule_tables.choices()
    yield rule_tables.times()
    yield code_tables.response_codes()
    yield code_tables.dcc_alerts()
    yield code_tables.device_alerts()
