"""CommandFailure: the DCC Alert that tells the owner of a schedule of a run that came to nothing."""

from dsp.core.service_audit_trail import post
from dsp.core.turn import Turn
from dsp.rules.schedules import Failure, failure_row
from smart_metering.decisions import Decision
from smart_metering.duis.service_responses import CommandFailure, DccAlert
from smart_metering.identifiers import Eui, RequestId


def tell_of_failed_run(
    turn: Turn,
    owner: Eui,
    failure: Failure,
    request_id: RequestId,
    schedule_id: int,
    why: Decision | None = None,
) -> None:
    """To the owner alone. `why` is the check that refused the run, if one did; it has the word in the decision."""
    row = failure_row(failure)
    reason = f"{failure}: {why.code}, {why.row}" if why else str(failure)
    alert = DccAlert(
        dcc_alert_code=row.code,
        response_date_time=turn.now,
        body=CommandFailure(
            command_request_id=str(request_id), dsp_schedule_id=schedule_id, device_id=request_id.target
        ),
        decision=Decision(code=row.code, row=reason, source=row.source, mark=row.mark),
    )
    post(turn, (owner,), alert, request_id.target)
