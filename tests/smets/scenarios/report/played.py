"""Scenarios that are played for a report, and what a page says, part by part."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from smets.scenarios.planning import scenario_of
from smets.scenarios.report.collecting import Collector
from smets.scenarios.report.gathered import Gathered
from smets.scenarios.running import Running

LEFT_BEHIND = """
name: left behind
description: The Response is lost, and the old version leaves the CPL.
seed: small
release: latest
fleets: [{name: homes, count: 3, firmware: {ESME: "00000001"}}]
firmware:
  v2: {device_type: ESME, version: "00000002"}
steps:
  - send: {srv: "11.1", to: homes/ESME, firmware: v2}
  - advance: 2d
  - faults:
      - {name: thin air, fate: lose, direction: FROM_DEVICE, srvs: ["11.3"], next: 1}
      - {name: never drawn, fate: garble, srvs: ["4.1.1"], next: 1}
  - send: {srv: "11.3", to: homes/1-2/ESME, firmware: v2}
  - remove_from_cpl: {device_type: ESME, firmware_version: "00000001"}
  - advance: 1h
expect:
  - {devices: homes/ESME, status: Commissioned}
  - {user: supplier, alert: N28, times: 3}
"""


async def gathered(text: str) -> Gathered:
    """In this process."""
    collector = Collector()
    running = Running(watchers=(collector.beliefs,), harvest=collector.harvest)
    return collector.gathered(await running.in_process(scenario_of(text)))


@dataclass
class Page(HTMLParser):
    """A page read: its `tags` with their attributes, in order, and what is `said` as a reader sees it."""

    html: str
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    said: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._within: list[str] = []
        self.feed(self.html)
        self.said = re.sub(r"\s+", " ", self.said)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self._within and "script" not in self._within:
            self.said += f"{data} "

    def headings(self) -> list[int]:
        return [int(tag[1]) for tag, _ in self.tags if re.fullmatch("h[1-6]", tag)]
