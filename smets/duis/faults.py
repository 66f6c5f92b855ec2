"""What can go wrong between a file of DUIS XML and its answer, told apart as DCC's signing tool tells it apart."""


class DuisClientError(Exception):
    """Says which document or place, and what was expected. All errors of this package are one of these."""


class Unconforming(DuisClientError):
    """XML that is not what DUIS says, or a signature that does not hold: of a request, or of what came back."""


class NoDocument(DuisClientError):
    """What was read, or came back, is no XML, or XML that is dangerous to read."""


class MissingKey(DuisClientError):
    """No private key to sign with, or no certificate to verify by."""


class NobodyAnswers(DuisClientError):
    """No answer came from the address."""


class NoDuisAnswer(DuisClientError):
    """An answer came that is not one of a DCC User Interface."""
