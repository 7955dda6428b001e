"""Identifiers as bytes: half as long in the table and in every index that holds them."""

from uuid import UUID

from audit.domain.entry import SearchKeys

EVENT_ID_SIZE = 16
PSEUDONYMS = ("actor", "organisation", "subject")


def event_id_bytes(event_id: str) -> bytes | None:
    """The 16 bytes of an event id; None of a text that cannot be one."""
    try:
        data = bytes.fromhex(event_id.replace("-", ""))
    except ValueError:
        return None
    return data if len(data) == EVENT_ID_SIZE else None


def event_id_text(stored: object) -> str:
    """The event id of its bytes; what was changed to something else is shown as it is."""
    data = bytes(stored) if isinstance(stored, bytes | memoryview) else b""
    return str(UUID(bytes=data)) if len(data) == 16 else str(stored)


def pseudonym_bytes(pseudonym: str | None) -> bytes | None:
    """The bytes of a pseudonym."""
    return None if pseudonym is None else bytes.fromhex(pseudonym)


def pseudonym_text(stored: object) -> str | None:
    """The pseudonym of its bytes; what was changed to something else is shown as it is."""
    if stored is None:
        return None
    return bytes(stored).hex() if isinstance(stored, bytes | memoryview) else str(stored)


def search_keys(values: dict[str, object]) -> SearchKeys:
    """From the columns by name."""
    told = {name: values[name] for name in SearchKeys.__dataclass_fields__}
    return SearchKeys(**{**told, **{name: pseudonym_text(told[name]) for name in PSEUDONYMS}})  # type: ignore[arg-type]
