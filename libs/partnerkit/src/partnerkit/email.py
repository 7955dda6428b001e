"""E-mail addresses: one strict check at every entrance, so that what is kept can be written in an envelope as it is."""

import unicodedata

import email_validator

from servicekit.errors import InvalidInputError

LONGEST = 254
"""Characters of an address in an envelope (RFC 5321 §4.5.3.1.3)."""


class InvalidEmailError(InvalidInputError):
    """No message could be delivered to what was typed; `reason` says why."""


def checked_email(text: str) -> str:
    """The address in lower case and in ASCII, exactly as the envelope of a message takes it (RFC 5321).

    Spaces at the two ends go; anything else that an address cannot hold is refused, never repaired. A domain with
    accents is written in its ASCII form (RFC 5891); a local part with accents is refused, since most relays cannot
    deliver to it (RFC 6531).

    Raises:
        InvalidEmailError: EMPTY, TOO_LONG, EMAIL_NOT_ASCII (letters with accents, invisible characters before the
            "@") or EMAIL_MALFORMED.
    """
    typed = text.strip()
    if not typed:
        raise InvalidEmailError("no address", reason="EMPTY")
    if len(typed) > LONGEST:
        raise InvalidEmailError("address too long", reason="TOO_LONG")
    local, at, domain = typed.rpartition("@")
    if at and not local.isascii():
        raise InvalidEmailError("local part is not ASCII", reason="EMAIL_NOT_ASCII")
    if any(unicodedata.category(character).startswith("C") for character in domain):
        raise InvalidEmailError("invisible character in the domain", reason="EMAIL_NOT_ASCII")
    try:
        found = email_validator.validate_email(
            typed, check_deliverability=False, allow_smtputf8=False, strict=True, test_environment=True
        )
    except email_validator.EmailNotValidError as error:
        raise InvalidEmailError("not an address", reason="EMAIL_MALFORMED") from error
    if found.ascii_email is None or len(found.ascii_email) > LONGEST:
        raise InvalidEmailError("not an address", reason="EMAIL_MALFORMED")
    return found.ascii_email.lower()
