"""The RequestIDs of the DCC's own Commands: each of its parties counts for itself towards each Device."""

from dsp.core.records import DccCounter
from dsp.core.state import dcc_counter_key
from dsp.core.turn import Turn
from smart_metering.identifiers import Eui, RequestId


def next_dcc_command(turn: Turn, originator: Eui, device: Eui) -> RequestId:
    """The next of this party of the DCC to this Device; as a User's counter, never behind the clock."""
    former = turn.state.dcc_counters.get(dcc_counter_key(originator, device))
    counter = max(former.counter + 1 if former else 1, turn.now)
    turn.state.dcc_counters.put(DccCounter(originator=originator, device=device, counter=counter))
    return RequestId(originator, device, counter)
