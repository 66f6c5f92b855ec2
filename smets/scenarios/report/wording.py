"""Instants and numbers as the report writes them."""

from smart_metering.instants import Instant, format_instant


def moment(at: Instant) -> str:
    """`2021-11-06 00:00:30`, with milliseconds where there are some."""
    text = format_instant(at).removesuffix("Z").removesuffix(".000")
    return text.replace("T", " ")
