"""Requests to the SMKI Repository that are not what its interface expects, each wrong in one way."""

from tests.support.dsp_premises import ESME


def owner(text: str = ESME, attributes: str = "") -> str:
    """The element that says whose certificates are searched."""
    return f"<CertificateSubjectAltName{attributes}>{text}</CertificateSubjectAltName>"


def searching(content: str, attributes: str = "") -> str:
    """The root of a search."""
    return f"<CertificateSearchRequest{attributes}>{content}</CertificateSearchRequest>"


def retrieving(serial: str) -> str:
    """A request for one certificate."""
    return f"<CertificateDataRequest><CertificateSerial>{serial}</CertificateSerial></CertificateDataRequest>"


NAMESPACE = ' xmlns="urn:x"'
LAUGHS = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 8}">' for number in range(1, 8))
PREFIXED = (
    f'<s:CertificateSearchRequest xmlns:s="urn:x"><s:CertificateSubjectAltName>{ESME}'
    "</s:CertificateSubjectAltName></s:CertificateSearchRequest>"
)

_TEXTS = (
    # no XML
    "",
    " ",
    "no XML",
    "{}",
    "<",
    "<>",
    "<a",
    "<a></b>",
    "<CertificateSearchRequest>",
    searching(owner()) + "<b/>",
    searching(owner()) + "text",
    searching(owner()) * 2,
    searching(owner("&#0;")),
    searching(owner("\x01")),
    searching(owner("&owner;")),
    "<a:CertificateSearchRequest/>",
    "<a>" * 400,
    "<a " + " ".join(f'a{number}=""' for number in range(1_000)) + "/>",
    # another document
    searching(""),
    searching("text"),
    searching(owner()).lower(),
    retrieving("7"),
    searching(owner(), NAMESPACE),
    PREFIXED,
    # more than there is to say
    searching(owner(), ' a="b"'),
    searching(owner(attributes=' a="b"')),
    searching(owner(f"<b>{ESME}</b>")),
    searching(owner() + "text"),
    searching("text" + owner()),
    searching(owner() + owner()),
    searching(owner() + f"<CertificateSubjectName>{ESME}</CertificateSubjectName>"),
    searching(owner() + "<Unknown/>"),
    searching(owner(f"{ESME}<!-- -->")),
    searching("<!-- -->" + owner()),
    searching("<?do it?>" + owner()),
    # values that cannot be
    searching(owner("")),
    searching(owner("00-DB")),
    searching(owner(f"{ESME} {ESME}")),
    searching(owner(ESME.replace("-", ""))),
    searching(owner(ESME.replace("0", "O"))),
    searching(owner("\u0660" * 2 + ESME[2:])),
    searching(owner() + "<CertificateUsage>XX</CertificateUsage>"),
    searching(owner() + "<CertificateStatus>i</CertificateStatus>"),
    searching(owner() + "<CertificateRole>two</CertificateRole>"),
    searching(owner() + "<CertificateRole>-2</CertificateRole>"),
    # document types
    f'<!DOCTYPE a [<!ENTITY owner "{ESME}">]>' + searching(owner("&owner;")),
    f"<!DOCTYPE CertificateSearchRequest>{searching(owner())}",
    f'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">{searching(owner())}',
    f'<!DOCTYPE a [<!ENTITY owner SYSTEM "file:///etc/hostname">]>{searching(owner("&owner;"))}',
    f'<!DOCTYPE a [<!ENTITY a0 "ha">{LAUGHS}]>{searching(owner("&a7;"))}',
    f'<!DOCTYPE a [<!ENTITY % a SYSTEM "http://127.0.0.1:1/">%a;]>{searching(owner())}',
)

BROKEN_SEARCHES: tuple[bytes, ...] = (
    *(text.encode() for text in _TEXTS),
    # no UTF-8
    searching(owner()).encode("utf-16"),
    searching(owner()).encode("utf-16-le"),
    searching(owner()).encode("utf-32"),
    searching(owner()).encode().replace(b"-DB-", b"-\xe9-"),
    b"\xff\xfe\x00",
    b"\x00",
    bytes(range(256)),
)

BROKEN_RETRIEVALS: tuple[bytes, ...] = tuple(
    text.encode()
    for text in (
        *map(
            retrieving,
            ("", "x", "0x7", "-7", "7.0", "1 2", "f" * 41, "\u0663", "<b/>", "&#10;", "7<!-- -->7"),
        ),
        retrieving("7").replace("CertificateSerial", "CertificateSubjectName"),
        searching(owner()),
        "<CertificateDataRequest/>",
        "",
    )
)
