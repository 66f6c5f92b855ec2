"""Who is calling, by whatever came with the call."""

from collections.abc import AsyncIterator

import pytest

from dsp.identity.caller import Caller, How, OperatorNeeded, Presented, Unauthenticated
from dsp.identity.identity import IdentitySettings
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import OrganisationRole, device_certificate, organisation_certificate
from smart_metering.pki.keys import KeyUsage
from smart_metering.user_roles import UserRole
from tests.dsp.identity.callers import PASSWORD, Entrance
from tests.support.dsp_premises import DISTRIBUTOR, ESME, STRANGER, SUPPLIER

SEED = b"who is calling"
OPERATOR_TOKEN = "operator-token-of-the-tests-0123456789"


@pytest.fixture
async def entrance() -> AsyncIterator[Entrance]:
    entrance = Entrance(IdentitySettings(operator_token=OPERATOR_TOKEN))
    yield entrance
    await entrance.close()


def shown(
    *, on_loopback: bool = False, user: str = "", token: str = "", certificate: bytes | None = None
) -> Presented:
    return Presented(
        on_loopback=on_loopback,
        claims=(user,) if user else (),
        authorizations=(f"Bearer {token}",) if token else (),
        certificate=certificate,
    )


def certificate_of(party: Eui) -> bytes:
    return organisation_certificate(SEED, party, OrganisationRole.SUPPLIER, KeyUsage.DIGITAL_SIGNING)


async def token_of(entrance: Entrance, party: Eui | None = SUPPLIER, *, is_operator: bool = False) -> str:
    name = f"account-{len(entrance.identity.accounts.all())}"
    await entrance.identity.accounts.add(name, PASSWORD, party, is_operator=is_operator)
    return await entrance.identity.accounts.issue_token(name)


def test_on_loopback_a_claim_is_believed(entrance: Entrance) -> None:
    caller = entrance.identity.caller(shown(on_loopback=True, user=SUPPLIER))

    assert caller == Caller(eui=SUPPLIER, name=caller.name, roles=(UserRole.IS,), how=How.CLAIM)


def test_off_loopback_a_claim_is_refused_and_the_text_says_what_is_needed(entrance: Entrance) -> None:
    with pytest.raises(
        Unauthenticated, match=r"'user-id' counts on loopback only.*Bearer TOKEN.*certificate"
    ):
        entrance.identity.caller(shown(user=SUPPLIER))


@pytest.mark.parametrize("on_loopback", [True, False])
async def test_a_token_is_its_account_wherever_it_comes(entrance: Entrance, on_loopback: bool) -> None:
    token = await token_of(entrance)

    caller = entrance.identity.caller(shown(on_loopback=on_loopback, token=token))

    expected = Caller(eui=SUPPLIER, name="account-0", roles=(UserRole.IS,), how=How.TOKEN)
    assert caller == expected


@pytest.mark.parametrize("on_loopback", [True, False])
async def test_a_token_counts_before_a_claim_of_another(entrance: Entrance, on_loopback: bool) -> None:
    token = await token_of(entrance)

    with pytest.raises(Unauthenticated, match=f"account-0 speaks for {SUPPLIER} only"):
        entrance.identity.caller(shown(on_loopback=on_loopback, token=token, user=DISTRIBUTOR))


async def test_a_claim_that_agrees_with_the_token_does_no_harm(entrance: Entrance) -> None:
    token = await token_of(entrance)

    assert entrance.identity.caller(shown(token=token, user=SUPPLIER)).eui == SUPPLIER


@pytest.mark.parametrize(
    "authorizations",
    [("Bearer unknown",), ("Bearer",), ("Bearer ",), ("Basic YTpi",), ("",), ("Bearer a", "Bearer b")],
)
@pytest.mark.parametrize("on_loopback", [True, False])
def test_a_token_that_is_none_is_refused_even_beside_a_claim_on_loopback(
    entrance: Entrance, authorizations: tuple[str, ...], on_loopback: bool
) -> None:
    presented = Presented(on_loopback=on_loopback, claims=(SUPPLIER,), authorizations=authorizations)

    for asked in (entrance.identity.caller, entrance.identity.operator):
        with pytest.raises(Unauthenticated, match="authorization"):
            asked(presented)


async def test_a_token_ends_when_another_is_issued(entrance: Entrance) -> None:
    former = await token_of(entrance)

    token = await entrance.identity.accounts.issue_token("account-0")

    assert entrance.identity.caller(shown(token=token)).eui == SUPPLIER
    with pytest.raises(Unauthenticated):
        entrance.identity.caller(shown(token=former))


async def test_a_token_ends_with_its_account(entrance: Entrance) -> None:
    token = await token_of(entrance)

    await entrance.identity.accounts.remove("account-0")

    with pytest.raises(Unauthenticated):
        entrance.identity.caller(shown(token=token))


def test_a_client_certificate_is_its_party(entrance: Entrance) -> None:
    caller = entrance.identity.caller(shown(certificate=certificate_of(SUPPLIER)))

    assert (caller.eui, caller.how, caller.is_operator) == (SUPPLIER, How.CERTIFICATE, False)


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        (certificate_of(STRANGER), f"{STRANGER} is no party that is loaded"),
        (device_certificate(SEED, ESME, KeyUsage.DIGITAL_SIGNING), f"it is of Device {ESME}"),
        (b"no certificate", "client certificate"),
    ],
)
def test_a_client_certificate_of_nobody_is_refused(entrance: Entrance, certificate: bytes, why: str) -> None:
    with pytest.raises(Unauthenticated, match=why):
        entrance.identity.caller(shown(certificate=certificate))


def test_a_client_certificate_and_a_claim_of_another_do_not_go_together(entrance: Entrance) -> None:
    with pytest.raises(Unauthenticated, match=f"speaks for {SUPPLIER} only"):
        entrance.identity.caller(shown(certificate=certificate_of(SUPPLIER), user=DISTRIBUTOR))


def test_who_signed_is_known_by_the_signature_and_has_roles_if_it_is_a_party(entrance: Entrance) -> None:
    caller, other = entrance.identity.signer(DISTRIBUTOR), entrance.identity.signer(STRANGER)

    assert (caller.eui, caller.roles, caller.how) == (DISTRIBUTOR, (UserRole.ED,), How.SIGNATURE)
    assert (other.eui, other.roles, other.is_operator) == (STRANGER, (), False)


def test_on_loopback_anybody_operates(entrance: Entrance) -> None:
    assert entrance.identity.operator(shown(on_loopback=True)).how is How.LOOPBACK


async def test_off_loopback_operators_alone_operate(entrance: Entrance) -> None:
    operator, user = await token_of(entrance, None, is_operator=True), await token_of(entrance)

    assert entrance.identity.operator(shown(token=operator)).name == "account-0"
    assert entrance.identity.operator(shown(token=OPERATOR_TOKEN)).name == "operator"
    with pytest.raises(OperatorNeeded, match="account-1 is no operator"):
        entrance.identity.operator(shown(token=user))
    with pytest.raises(OperatorNeeded):
        entrance.identity.operator(shown(certificate=certificate_of(SUPPLIER)))
    with pytest.raises(Unauthenticated, match="token of an operator"):
        entrance.identity.operator(shown(user=SUPPLIER))


async def test_even_on_loopback_a_token_of_no_operator_does_not_operate(entrance: Entrance) -> None:
    token = await token_of(entrance)

    with pytest.raises(OperatorNeeded):
        entrance.identity.operator(shown(on_loopback=True, token=token))


@pytest.mark.parametrize("token", [OPERATOR_TOKEN, ""])
async def test_an_operator_speaks_for_any_party_that_there_is(entrance: Entrance, token: str) -> None:
    token = token or await token_of(entrance, DISTRIBUTOR, is_operator=True)

    caller = entrance.identity.caller(shown(token=token, user=SUPPLIER))

    assert (caller.eui, caller.roles, caller.is_operator) == (SUPPLIER, (UserRole.IS,), True)
    with pytest.raises(Unauthenticated, match=f"{STRANGER} is no party"):
        entrance.identity.caller(shown(token=token, user=STRANGER))


def test_without_an_operator_token_an_empty_one_opens_nothing() -> None:
    entrance = Entrance()

    for token in ("", " "):
        with pytest.raises(Unauthenticated):
            entrance.identity.operator(Presented(on_loopback=False, authorizations=(f"Bearer {token}",)))


@pytest.mark.parametrize("claims", [(), (SUPPLIER, DISTRIBUTOR), ("nonsense",), (STRANGER,)])
def test_on_loopback_too_a_claim_names_one_party(entrance: Entrance, claims: tuple[str, ...]) -> None:
    with pytest.raises(Unauthenticated, match="'user-id'"):
        entrance.identity.caller(Presented(on_loopback=True, claims=claims))


async def test_what_is_shown_is_not_told_on() -> None:
    presented = shown(token=OPERATOR_TOKEN)

    assert OPERATOR_TOKEN not in repr(presented)
    assert OPERATOR_TOKEN not in repr(IdentitySettings(operator_token=OPERATOR_TOKEN))
