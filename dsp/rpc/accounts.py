"""Who may sign in or call, as a service for operators."""

from google.protobuf.message import Message
from grpc import aio

from dsp.identity import records
from dsp.identity.accounts import Accounts
from smart_metering.identifiers import InvalidIdentifier, parse_eui
from smart_metering.rpc.refusals import InvalidArgument
from smart_metering.rpc.v1 import accounts_pb2 as pb2
from smart_metering.rpc.v1.accounts_pb2_grpc import AccountsServicer

Context = aio.ServicerContext[Message, Message]


class AccountsDoor(AccountsServicer):
    """Reads, asks, renders."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def AddAccount(self, request: pb2.NewAccount, context: Context) -> pb2.Account:
        try:
            party = parse_eui(request.party) if request.party else None
        except InvalidIdentifier as error:
            raise InvalidArgument(f"party: {error}") from None
        account = await self._accounts.add(
            request.name, request.password, party, is_operator=request.is_operator
        )
        return _render(account)

    async def ListAccounts(self, request: pb2.ListAccountsRequest, context: Context) -> pb2.AccountList:
        return pb2.AccountList(accounts=map(_render, self._accounts.all()))

    async def RemoveAccount(self, request: pb2.RemoveAccountRequest, context: Context) -> pb2.RemovedAccount:
        await self._accounts.remove(request.name)
        return pb2.RemovedAccount()

    async def IssueToken(self, request: pb2.IssueTokenRequest, context: Context) -> pb2.IssuedToken:
        return pb2.IssuedToken(token=await self._accounts.issue_token(request.name))


def _render(account: records.Account) -> pb2.Account:
    return pb2.Account(
        name=account.name,
        party=account.party or "",
        is_operator=account.is_operator,
        has_token=bool(account.token_hash),
        added_at=account.added_at,
    )
