"""A User's stream as two: Service Responses, and alerts; each reader has its own place and may begin anywhere."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from smart_metering.duis.service_responses import DccAlert, DeviceAlert, ReceivedMessage, ServiceResponse
from smart_metering.identifiers import Eui
from smets.client.checked import ReceivedAlert, ReceivedResponse, code_of, device_of, devices_of
from smets.client.dcc_user_interface import DccUserInterface
from smets.client.opening import Opener
from smets.client.outcomes import outcome_of
from smets.client.patience import PATIENCE_SECONDS
from smets.client.verification import Verifier


@dataclass(frozen=True, slots=True)
class StreamReader:
    """Reads with one User's keys. Raises Unreachable when a line stays broken."""

    interface: DccUserInterface
    verifier: Verifier
    opener: Opener

    async def responses(
        self, *, srv: str, device: Eui | None, after: int, until_now: bool
    ) -> AsyncIterator[ReceivedResponse]:
        """Those of an SRV (empty: any) to a Device (None: any)."""
        async for received in self._messages(after, until_now=until_now):
            message = received.message
            if not isinstance(message, ServiceResponse) or srv not in ("", message.service_reference_variant):
                continue
            if device is None or device == device_of(message):
                yield ReceivedResponse(
                    position=received.position,
                    response=message,
                    verified=self.verifier.verify(message),
                    outcome=outcome_of(message, self.opener),
                )

    async def alerts(
        self, codes: tuple[str, ...], *, device: Eui | None, after: int, until_now: bool
    ) -> AsyncIterator[ReceivedAlert]:
        """Those of the codes (none: all) about a Device (None: any)."""
        async for received in self._messages(after, until_now=until_now):
            message = received.message
            if isinstance(message, ServiceResponse) or (codes and code_of(message) not in codes):
                continue
            if device is None or device in devices_of(message):
                yield self._alert(received.position, message)

    def _messages(self, after: int, *, until_now: bool) -> AsyncIterator[ReceivedMessage]:
        return self.interface.read(after) if until_now else self.interface.follow(after, PATIENCE_SECONDS)

    def _alert(self, position: int, alert: DccAlert | DeviceAlert) -> ReceivedAlert:
        return ReceivedAlert(
            position=position,
            alert=alert,
            code=code_of(alert),
            devices=devices_of(alert),
            verified=self.verifier.verify(alert),
            outcome=outcome_of(alert, self.opener) if isinstance(alert, DeviceAlert) else None,
        )
