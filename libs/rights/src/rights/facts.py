"""The facts from which every right follows, and their canonical JSON.

A fact can only *open* something: a fact that is missing, unreadable or in a state this version does not know opens
nothing, and no fact closes anything by being there. So rights narrow only by a fact that goes, or takes another form: a
kind, a state or a field that a version does not know makes it refuse, never grant (decision 0024). `READER_VERSION`
says what this version reads; a test holds it to the kinds, the fields and the states.

Dates are French civil dates; `starts_on` and `ends_on` both belong to the period (inclusive). States are plain text:
the values written in each docstring are the known ones, any other value counts as "not active".
Neighbours: `rights.snapshot` keeps facts by key, `rights.decision` reads them.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple, Self, get_type_hints

import orjson

Texts = tuple[str, ...]
NATIONAL = "national"
"""The owner of what belongs to no single Caf."""

READER_VERSION = 1
"""One more with each kind, field or state that is added: habpps shows the replicas that read less than it publishes."""


class FactFormatError(ValueError):
    """The bytes are not a fact of the expected kind."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What all kinds share: a key and a canonical value."""

    fact_kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for name in _SHAPES[self.fact_kind].lists:
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))

    @property
    def fact_id(self) -> str:
        """The identifier, unique within the kind."""
        return str(getattr(self, _SHAPES[self.fact_kind].id_field))

    @property
    def key(self) -> str:
        """`<kind>/<id>`, the place of the fact in the snapshot."""
        return f"{self.fact_kind}/{self.fact_id}"

    def to_value(self) -> bytes:
        """Canonical JSON: sorted keys, no spaces, UTF-8, lists sorted and without doubles."""
        return canonical_json({name: getattr(self, name) for name in _SHAPES[self.fact_kind].names})

    @classmethod
    def from_value(cls, value: bytes) -> Self:
        """Read a fact. A field that this version does not know may narrow what the fact opens: it is not read then.

        Raises:
            FactFormatError: not JSON, a field is missing or unknown, or a field has another type.
        """
        try:
            content = orjson.loads(value)
            if not isinstance(content, dict):
                raise FactFormatError(f"a {cls.fact_kind} is a JSON object")
            readers = _SHAPES[cls.fact_kind].readers
            if len(content) > len(readers):
                raise FactFormatError(f"a {cls.fact_kind} with fields that are not known")
            return cls(**{name: read(content[name]) for name, read in readers})
        except (KeyError, ValueError, RecursionError) as error:
            raise FactFormatError(f"unreadable {cls.fact_kind}: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Fact):
    """A partner or a Caf, once for all Cafs. `kind`: partner, caf. `state`: active, closed.

    `caf`: code of a Caf's own organisation; empty for a partner, which may have a convention with several Cafs.
    """

    fact_kind: ClassVar[str] = "organisation"
    id: str
    siret: str
    name: str
    caf: str
    kind: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention(Fact):
    """The agreement between a Caf and a partner; drafts are not facts.

    `state`: active, suspended, denounced (works until `ends_on`), ended, terminated_for_breach. Under tacit renewal
    `ends_on` is None: nothing closes by itself.
    """

    fact_kind: ClassVar[str] = "convention"
    id: str
    organisation_id: str
    caf: str
    reference: str
    state: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extranet(Fact):
    """An extranet of the registry and what it can serve. `kind`: professional, administration.

    `owner`: the Caf that alone may sign contracts for it, or `national`: every Caf may.
    """

    fact_kind: ClassVar[str] = "extranet"
    code: str
    owner: str
    label: str
    url: str
    profiles: Texts
    purposes: Texts
    enabled: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Purpose(Fact):
    """Why data may be consulted, and the profiles that may do so. A purpose without this fact fits no profile."""

    fact_kind: ClassVar[str] = "purpose"
    code: str
    label: str
    profiles: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceContract(Fact):
    """What opens one extranet to an organisation, for the dossiers of the Caf that signed it and for no other.

    `state`: active, suspended, ended. `caf`: that of its convention; `Territory` adds others.
    """

    fact_kind: ClassVar[str] = "service_contract"
    id: str
    organisation_id: str
    caf: str
    convention_id: str
    extranet: str
    profiles: Texts
    purposes: Texts
    state: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory(Fact):
    """The dossiers of one more Caf, `caf`, under a service contract. `state`: active, ended."""

    fact_kind: ClassVar[str] = "territory"
    id: str
    contract_id: str
    caf: str
    state: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Fact):
    """An account as a member of one organisation, for its work with one Caf.

    `state`: active, locked, inactive, closed.
    """

    fact_kind: ClassVar[str] = "user"
    id: str
    account_id: str
    organisation_id: str
    caf: str
    display_name: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Fact):
    """What opens one service contract to one user, with one profile. `state`: active, suspended, withdrawn."""

    fact_kind: ClassVar[str] = "grant"
    id: str
    user_id: str
    contract_id: str
    profile: str
    state: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator(Fact):
    """An account with an administration role. `role`: partner_administrator, caf_administrator, caf_auditor.

    `caf`: their own Caf, or the one for whose convention they administer the partner. `state`: active, withdrawn.
    `name`: first and last name, for those whom the person can help.
    """

    fact_kind: ClassVar[str] = "administrator"
    id: str
    account_id: str
    organisation_id: str
    caf: str
    role: str
    state: str
    name: str = ""


KINDS: Mapping[str, type[Fact]] = {
    kind.fact_kind: kind
    for kind in (Organisation, Convention, Extranet, Purpose, ServiceContract, Territory, User, Grant, Administrator)
}


def canonical_json(content: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8: one value has one spelling."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def read_fact(key: str, value: bytes) -> Fact | None:
    """The fact stored under `key`, or None when this version cannot read it (it then opens nothing)."""
    kind, _, identifier = key.partition("/")
    fact_type = KINDS.get(kind)
    if fact_type is None:
        return None
    try:
        fact = fact_type.from_value(value)
    except FactFormatError:
        return None
    return fact if fact.fact_id == identifier else None


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise FactFormatError("a text was expected")
    return sys.intern(value)  # identifiers, profiles and states stand in many facts: each is held once


def _read_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise FactFormatError("true or false was expected")
    return value


def _read_day(value: object) -> date:
    return _day(_read_text(value))


@lru_cache(maxsize=4_096)  # ten years: one day is held once, in however many facts it stands
def _day(text: str) -> date:
    return date.fromisoformat(text)


def _read_optional_day(value: object) -> date | None:
    return None if value is None else _read_day(value)


def _read_texts(value: object) -> Texts:
    if not isinstance(value, list):
        raise FactFormatError("a list of texts was expected")
    return tuple(_read_text(item) for item in value)


_READERS: tuple[tuple[object, Callable[[object], object]], ...] = (
    (str, _read_text),
    (bool, _read_flag),
    (date, _read_day),
    (date | None, _read_optional_day),
    (Texts, _read_texts),
)


class _Shape(NamedTuple):
    """What is known of a kind's fields: their names, how to read each, which are lists, which identifies."""

    names: Texts
    readers: tuple[tuple[str, Callable[[object], Any]], ...]
    lists: Texts
    id_field: str


def _shape(fact_type: type[Fact]) -> _Shape:
    hints = get_type_hints(fact_type)
    names = [field.name for field in fields(fact_type)]
    readers = tuple((name, next(read for hint, read in _READERS if hint == hints[name])) for name in names)
    return _Shape(tuple(names), readers, tuple(name for name in names if hints[name] == Texts), names[0])


_SHAPES: Mapping[str, _Shape] = {kind: _shape(fact_type) for kind, fact_type in KINDS.items()}
