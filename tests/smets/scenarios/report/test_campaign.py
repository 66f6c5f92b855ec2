"""A campaign over a thousand Devices: the page stays small, says what it leaves out, and its numbers add up."""

import asyncio

import pytest

from smart_metering.device_types import DeviceType
from smets.scenarios.beliefs import MOST_LOOKS
from smets.scenarios.report.gathered import Gathered
from smets.scenarios.report.page import page
from smets.scenarios.report.states import DISAGREE, TypePicture, pictures
from tests.smets.scenarios.report.played import Page, gathered

DEVICES = 1_000
CAMPAIGN = f"""
seed: campaign
release: latest
fleets: [{{name: homes, count: {DEVICES}, firmware: {{ESME: "00000001"}}}}]
firmware:
  v2: {{device_type: ESME, version: "00000002"}}
faults:
  - {{name: thin air, fate: lose, direction: FROM_DEVICE, srvs: ["11.3"], one_in: 4}}
steps:
  - send: {{srv: "11.1", to: homes/ESME, firmware: v2}}
  - advance: 1d
  - send: {{srv: "11.3", to: homes/ESME, firmware: v2}}
  - remove_from_cpl: {{device_type: ESME, firmware_version: "00000001"}}
  - advance: 1h
"""


@pytest.fixture(scope="module")
def campaign() -> Gathered:
    return asyncio.run(gathered(CAMPAIGN))


def picture_of(campaign: Gathered) -> TypePicture:
    (picture,) = pictures(campaign.members, campaign.samples)
    return picture


def test_the_states_of_every_sample_add_up_to_the_devices(campaign: Gathered) -> None:
    picture = picture_of(campaign)

    assert (picture.device_type, picture.devices) == (DeviceType.ESME, DEVICES)
    for band in picture.bands:
        assert len(band.counts) == len(campaign.samples)
        assert {sum(count.values()) for count in band.counts} == {DEVICES}
        assert all(set(count) <= set(band.states) for count in band.counts)


def test_what_was_believed_stands_beside_what_was_true(campaign: Gathered) -> None:
    picture = picture_of(campaign)
    (drawn,) = campaign.faults

    assert picture.believed.states == ("00000001", "00000002", "Suspended")
    assert picture.true.states == ("00000001", "00000001, holds 00000002", "00000002")
    assert 0 < drawn.count < DEVICES / 2
    assert picture.believed.counts[-1] == {"00000002": DEVICES - drawn.count, "Suspended": drawn.count}
    assert picture.true.counts[-1] == {"00000002": DEVICES}
    assert picture.differing.counts[-1][DISAGREE] == drawn.count


def test_the_page_stays_small_and_says_what_it_leaves_out(campaign: Gathered) -> None:
    drawn = page([campaign])
    told = Page(drawn)

    assert len(drawn.encode()) < 1_500_000
    assert [attributes.get("class") for tag, attributes in told.tags if tag == "details"].count(
        "device"
    ) == 50
    assert "Of 50 Devices of 1,000; 950 are left out" in told.said
    assert f"Seen {len(campaign.samples)} times, of 1000 Devices" in told.said


def test_looking_is_bounded(campaign: Gathered) -> None:
    assert 10 <= len(campaign.samples) <= MOST_LOOKS // DEVICES
