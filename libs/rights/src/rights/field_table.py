"""Which field of a dossier each profile sees: versioned configuration data, read once at start.

The file is TOML:

    version = "2026-11-01"

    [profiles.T2]
    matricule = "full"
    etat_dossier = "active_or_not"

A field that is not listed is not shown at all (it is absent from the reply, not null). The word on the right says how
much of the field is shown: one of `REDUCTIONS`. Whoever owns the data applies the reduction; here it is a name.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from rights.facts import canonical_json

FULL = "full"
REDUCTIONS = frozenset(
    {
        FULL,
        "active_or_not",  # state of the dossier: active or not
        "couple_or_isolated",  # family situation
        "count_and_ages",  # children: how many, and their ages
        "housing_aid_only",  # benefits paid or open: housing aid only
        "rsa_ppa_only",  # benefits paid: RSA and PPA only
        "rsa_only",  # debts: those of the RSA only
        "total_only",  # debts: total balance only
        "phone_only",  # contact: telephone, no e-mail address
        "reason_hidden",  # RSA: without the reason of a suspension
        "yes_or_no",  # payment to the landlord: yes or no
    }
)
KNOWN_PROFILES = frozenset(f"T{number}" for number in range(1, 10))
RESERVED_PROFILES = frozenset({"T6", "T7", "T8", "T9"})
_NOTHING: Mapping[str, str] = MappingProxyType({})


class FieldTableError(ValueError):
    """The field table cannot be used; the message says where and why."""


class FieldTable:
    """The table: profile -> field -> reduction."""

    __slots__ = ("_profiles", "hash", "version")

    def __init__(self, version: object, profiles: Mapping[str, Mapping[str, object]]) -> None:
        """Check and keep the table.

        Raises:
            FieldTableError: no version, no profile, or an unknown or reserved profile, or an unknown reduction.
        """
        if not isinstance(version, str) or not version.strip():
            raise FieldTableError('the field table needs a version, as in version = "2026-11-01"')
        if not profiles:
            raise FieldTableError("the field table lists no profile: [profiles.T1] is missing")
        self.version = version
        self._profiles = {name: _checked(name, fields) for name, fields in profiles.items()}
        content = {"version": version, "profiles": {name: dict(fields) for name, fields in self._profiles.items()}}
        self.hash = hashlib.sha256(canonical_json(content)).hexdigest()
        """SHA-256 of what the table says, in hexadecimal: a version could be given twice."""

    @classmethod
    def load(cls, path: Path) -> "FieldTable":
        """Read a table from a TOML file.

        Raises:
            FieldTableError: the file is unreadable, not TOML (a field listed twice is not), or its content is wrong.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FieldTableError(f"{path}: cannot be read: {error}") from error
        try:
            return cls.parse(text)
        except FieldTableError as error:
            raise FieldTableError(f"{path}: {error}") from error

    @classmethod
    def parse(cls, text: str) -> "FieldTable":
        """Read a table from TOML text.

        Raises:
            FieldTableError: see `load`.
        """
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise FieldTableError(f"not TOML, or something is listed twice: {error}") from error
        unknown = sorted(content.keys() - {"version", "profiles"})
        if unknown:
            raise FieldTableError(f"unknown entry {unknown[0]!r}: only version and [profiles.<code>] are known")
        profiles = content.get("profiles", {})
        if not isinstance(profiles, dict) or not all(isinstance(fields, dict) for fields in profiles.values()):
            raise FieldTableError("profiles are tables: [profiles.T1]")
        return cls(content.get("version", ""), profiles)

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles of the table, ordered."""
        return tuple(sorted(self._profiles))

    def fields(self, profile: str) -> Mapping[str, str]:
        """Field -> reduction, read-only; nothing for a profile that the table does not have."""
        return self._profiles.get(profile, _NOTHING)


def _checked(profile: str, fields: Mapping[str, object]) -> Mapping[str, str]:
    if profile not in KNOWN_PROFILES:
        raise FieldTableError(f"unknown profile {profile!r}: known are {', '.join(sorted(KNOWN_PROFILES))}")
    if profile in RESERVED_PROFILES:
        raise FieldTableError(f"profile {profile} is reserved and shows nothing: remove it from the table")
    if not fields:
        raise FieldTableError(f"profile {profile} lists no field")
    return MappingProxyType({field: _checked_reduction(profile, field, shown) for field, shown in fields.items()})


def _checked_reduction(profile: str, field: str, reduction: object) -> str:
    if not field.isidentifier() or field != field.lower():
        raise FieldTableError(f"profile {profile}: {field!r} is not a field name (lower case, digits, _)")
    if not isinstance(reduction, str) or reduction not in REDUCTIONS:
        known = ", ".join(sorted(REDUCTIONS))
        raise FieldTableError(f"profile {profile}, field {field}: unknown reduction {reduction!r}; known are {known}")
    return reduction
