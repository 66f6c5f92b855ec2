"""Where a server may listen: on loopback as it likes; anywhere else over TLS alone."""

from ipaddress import ip_address


class CannotListen(OSError):
    """The address cannot be bound, or must not be."""


def host_of(address: str) -> str:
    """The host of HOST:PORT, as a socket takes it."""
    return address.rpartition(":")[0].strip("[]")


def is_loopback(address: str) -> bool:
    """Whether HOST:PORT is on loopback for certain: `localhost`, or a number of loopback. Any other name is not."""
    host = host_of(address)
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_development_sign_in(*addresses: str) -> None:
    """Raises CannotListen where one of these is not on loopback; an empty one is nowhere."""
    for address in addresses:
        if address and not is_loopback(address):
            raise CannotListen(
                f"cannot listen on {address} with --ssi-development-sign-in: it is not on loopback, and a sign-in "
                "without a password is for loopback only: leave the option out, and add accounts by 'smets user add'"
            )


def refuse_unprotected(listen: str, *, over_tls: bool) -> None:
    """Raises CannotListen where others could reach what is not protected."""
    if not over_tls and not is_loopback(listen):
        raise CannotListen(
            f"cannot listen on {listen}: it is not on loopback, and elsewhere nothing is served without TLS: "
            "expected --tls-certificate FILE and --tls-key FILE, or an address like 127.0.0.1:0"
        )
