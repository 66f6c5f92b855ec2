"""Command Variants: each has its service, and the table names them all."""

from smart_metering.command_variants import (
    COMMAND_VARIANTS,
    CRITICAL_VARIANTS,
    NON_CRITICAL_VARIANTS,
    NON_DEVICE_VARIANTS,
    CommandVariant,
    Service,
    definition_of,
    service_of,
)


def variants_where(column: str) -> list[int]:
    return [row.variant.value for row in COMMAND_VARIANTS if getattr(row, column)]


def test_there_is_one_row_for_each_variant_in_order() -> None:
    assert [row.variant for row in COMMAND_VARIANTS] == list(CommandVariant) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert all(definition_of(row.variant) is row for row in COMMAND_VARIANTS)


def test_the_columns_are_those_of_the_schema() -> None:
    assert variants_where("critical") == [4, 5, 6, 7]
    assert variants_where("signed") == [5, 6, 7]
    assert variants_where("sent") == [1, 3, 5, 7]
    assert variants_where("local") == [2, 3, 6, 7]
    assert variants_where("future_dated") == [1, 5]


def test_each_variant_goes_to_one_service() -> None:
    services = [service_of(CommandVariant(variant)) for variant in range(1, 9)]

    assert services == [
        Service.SEND_COMMAND,
        Service.NON_DEVICE,
        Service.SEND_COMMAND,
        Service.TRANSFORM,
        Service.SEND_COMMAND,
        Service.NON_DEVICE,
        Service.SEND_COMMAND,
        Service.NON_DEVICE,
    ]


def test_the_three_classes_of_service_request_share_out_the_variants() -> None:
    assert {1, 2, 3} == NON_CRITICAL_VARIANTS
    assert {4, 5, 6, 7} == CRITICAL_VARIANTS
    assert {8} == NON_DEVICE_VARIANTS
