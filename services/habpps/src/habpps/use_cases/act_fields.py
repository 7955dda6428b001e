"""What the content of each kind of act holds, read from its types: told to programs, which fill it.

What a type does not say (how long a text may be, what a code stands for) is in the tables of this file.
"""

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from datetime import date
from enum import Enum, StrEnum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from habpps.domain.habilitation import LONGEST_GROUP_NAME
from habpps.domain.organisation import (
    LONGEST_CAPACITY,
    LONGEST_CONTACT,
    LONGEST_ORGANISATION_NAME,
    LONGEST_REFERENCE,
    Signatory,
)
from habpps.domain.people import LONGEST_JOB_TITLE, LONGEST_NAME, person_typed
from habpps.domain.profiles import PROFILES
from habpps.use_cases.act_kinds import ActKind, Acts
from habpps.use_cases.change_convention import LONGEST_REASON
from habpps.use_cases.change_review_rule import ChangeReviewRule
from habpps.use_cases.create_organisation import CreateOrganisation, EditOrganisation
from habpps.use_cases.manage_groups import ChangeGroup, CreateGroup
from habpps.use_cases.name_caf_agents import ROLES
from habpps.use_cases.ports import Catalogue
from partnerkit.email import LONGEST as LONGEST_ADDRESS
from partnerkit.text import clean_line, typed_name
from servicekit.event_form import LONGEST_TYPE

_IDENTIFIER = 64
_CODE = 64
_VERSION = 32


class FieldKind(StrEnum):
    """What a field holds; of a list, each item."""

    OBJECT = "object"
    TEXT = "text"
    NAME = "name"
    EMAIL = "email"
    DAY = "day"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    IDENTIFIER = "identifier"
    CODE = "code"
    SIRET = "siret"
    VERSION = "version"


@dataclass(frozen=True, kw_only=True)
class ActField:
    """One field. `path`: with dots; `longest`: characters, 0 for what is no text."""

    path: str
    kind: FieldKind
    required: bool = True
    nullable: bool = False
    repeated: bool = False
    longest: int = 0
    choices: tuple[str, ...] = ()


class UndescribedFieldError(LookupError):
    """A text of an act of which the tables of this file say nothing: a fault of the program."""


_Text = tuple[FieldKind, int]
_BY_NAME: Mapping[str, _Text] = {
    "given_name": (FieldKind.NAME, LONGEST_NAME),
    "family_name": (FieldKind.NAME, LONGEST_NAME),
    "email": (FieldKind.EMAIL, LONGEST_ADDRESS),
    "siret": (FieldKind.SIRET, 20),
    "seen": (FieldKind.VERSION, _VERSION),
    "reason": (FieldKind.TEXT, LONGEST_REASON),
    "job_title": (FieldKind.TEXT, LONGEST_JOB_TITLE),
    "reference": (FieldKind.TEXT, LONGEST_REFERENCE),
    "capacity": (FieldKind.TEXT, LONGEST_CAPACITY),
    "contact": (FieldKind.TEXT, LONGEST_CONTACT),
    **dict.fromkeys(("groups", "contracts", "replaces"), (FieldKind.IDENTIFIER, _IDENTIFIER)),
    **dict.fromkeys(("profile", "profiles", "purposes", "extranet", "caf"), (FieldKind.CODE, _CODE)),
}
_BY_PLACE: Mapping[tuple[type[Any], str], _Text] = {
    (ChangeReviewRule, "kind"): (FieldKind.CODE, LONGEST_TYPE),
    (CreateOrganisation, "name"): (FieldKind.TEXT, LONGEST_ORGANISATION_NAME),
    (EditOrganisation, "name"): (FieldKind.TEXT, LONGEST_ORGANISATION_NAME),
    (Signatory, "name"): (FieldKind.TEXT, LONGEST_ORGANISATION_NAME),
    (CreateGroup, "name"): (FieldKind.TEXT, LONGEST_GROUP_NAME),
    (ChangeGroup, "name"): (FieldKind.TEXT, LONGEST_GROUP_NAME),
}
_PLAIN = {bool: FieldKind.BOOLEAN, int: FieldKind.INTEGER, date: FieldKind.DAY}


@dataclass(frozen=True)
class Choices:
    """The values of codes, by the name of the field."""

    catalogue: Catalogue
    extranets: Sequence[str]
    _found: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put the lists together."""
        found = {
            "profile": PROFILES,
            "profiles": PROFILES,
            "purposes": tuple(self.catalogue.purposes),
            "extranet": tuple(self.extranets),
            "caf": tuple(self.catalogue.cafs),
            "role": tuple(one.value for one in ROLES),
        }
        object.__setattr__(self, "_found", found)

    def of(self, name: str) -> tuple[str, ...]:
        """Return the values of a field with this name; none where any may come."""
        return self._found.get(name, ())


def fields_of(acts: Acts, kind: ActKind, choices: Choices) -> tuple[ActField, ...]:
    """Return what the content of a kind holds, an object before its fields, without what the name of the act says.

    Raises:
        UndescribedFieldError: a text is described nowhere.
    """
    found, never_null = _fields(kind.content, choices, "", frozenset(kind.fixed)), acts.named_apart(kind)
    return tuple(replace(one, nullable=False) if one.path in never_null else one for one in found)


def _fields(content: type[Any], choices: Choices, before: str, without: frozenset[str]) -> Iterator[ActField]:
    hints = get_type_hints(content)
    for one in fields(content):
        if one.name in without:
            continue
        required = one.default is MISSING and one.default_factory is MISSING
        wanted, nullable = _without_none(hints[one.name])
        repeated = get_origin(wanted) is tuple
        inner = get_args(wanted)[0] if repeated else wanted
        path = f"{before}{one.name}"
        if is_dataclass(inner) and isinstance(inner, type):
            yield ActField(path=path, kind=FieldKind.OBJECT, required=required, nullable=nullable, repeated=repeated)
            yield from _fields(inner, choices, f"{path}.", frozenset())
            continue
        known, longest = _kind_of(content, one.name, inner)
        every = tuple(map(str, inner)) if issubclass(inner, Enum) else ()
        values = choices.of(one.name) or every
        yield ActField(
            path=path,
            kind=known,
            required=required,
            nullable=nullable,
            repeated=repeated,
            longest=longest,
            choices=values if known is FieldKind.CODE else (),
        )


def _without_none(wanted: Any) -> tuple[Any, bool]:
    if get_origin(wanted) not in {Union, types.UnionType}:
        return wanted, False
    others = [one for one in get_args(wanted) if one is not types.NoneType]
    return others[0], len(others) < len(get_args(wanted))


def _kind_of(content: type[Any], name: str, wanted: type[Any]) -> _Text:
    if wanted in _PLAIN:
        return _PLAIN[wanted], 0
    if issubclass(wanted, Enum):
        return FieldKind.CODE, _CODE
    found = _BY_PLACE.get((content, name)) or _BY_NAME.get(name)
    if found is None and name.endswith("_id"):
        return FieldKind.IDENTIFIER, _IDENTIFIER
    if found is None:
        raise UndescribedFieldError(f"say in act_fields.py what {content.__name__}.{name} holds")
    return found


C = TypeVar("C")


def made_clean(content: C) -> C:
    """Return an act, or a part of one, with its text as pages and imports keep it: clean lines, names, addresses."""
    hints = get_type_hints(type(content))
    changed = {}
    for one in fields(content):  # type: ignore[arg-type]  # of a dataclass
        value = getattr(content, one.name)
        inner, _ = _without_none(hints[one.name])
        text = get_args(inner)[0] if get_origin(inner) is tuple else inner
        if text is str:
            clean = _CLEANED.get(_kind_of(type(content), one.name, str)[0], clean_line)
            changed[one.name] = tuple(map(clean, value)) if isinstance(value, tuple) else value and clean(value)
        elif is_dataclass(value) and not isinstance(value, type):
            changed[one.name] = made_clean(value)
    return replace(content, **changed)  # type: ignore[type-var]


def _address(typed: str) -> str:
    return person_typed("", "", typed).email


_CLEANED = {FieldKind.NAME: typed_name, FieldKind.EMAIL: _address}
