"""The accounts of a DSP: who may sign in at its web page, or call it with a bearer token."""

from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.rpc.v1 import accounts_pb2 as pb2
from smart_metering.rpc.v1.accounts_pb2_grpc import AccountsStub
from smets.client.connection import CALL_SECONDS, Connection


class Account(Record, frozen=True, kw_only=True):
    """Who may sign in for `party`, as an operator, or both. `added_at` is the time of the DSP's machine."""

    name: str
    party: Eui | None = None
    is_operator: bool = False
    has_token: bool = False
    added_at: Instant


class Accounts:
    """Those of one DSP, for an operator, on a line that is another's to close. Raises SmetsError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stub = AccountsStub(connection.channel)

    async def add(self, name: str, password: str, party: Eui | None, *, is_operator: bool = False) -> Account:
        """Raises Refused, which says what was expected."""
        async with self._connection.calling(f"adding account {name}"):
            asked = pb2.NewAccount(name=name, password=password, party=party or "", is_operator=is_operator)
            return _account(await self._stub.AddAccount(asked, timeout=CALL_SECONDS))

    async def all(self) -> list[Account]:
        """In the order of their names."""
        async with self._connection.calling("listing the accounts"):
            answer = await self._stub.ListAccounts(pb2.ListAccountsRequest(), timeout=CALL_SECONDS)
            return [_account(it) for it in answer.accounts]

    async def remove(self, name: str) -> None:
        """Its sessions and its token end with it. Raises NotThere."""
        async with self._connection.calling(f"removing account {name}"):
            await self._stub.RemoveAccount(pb2.RemoveAccountRequest(name=name), timeout=CALL_SECONDS)

    async def issue_token(self, name: str) -> str:
        """A new bearer token; the former one ends. Raises NotThere."""
        async with self._connection.calling(f"making a token for {name}"):
            answer = await self._stub.IssueToken(pb2.IssueTokenRequest(name=name), timeout=CALL_SECONDS)
            return answer.token


def _account(message: pb2.Account) -> Account:
    return Account(
        name=message.name,
        party=parse_eui(message.party) if message.party else None,
        is_operator=message.is_operator,
        has_token=message.has_token,
        added_at=Instant(message.added_at),
    )
