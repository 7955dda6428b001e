"""What a partner's register holds, as the model keeps it: numbers in the order in which things were made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass
class Contract:
    """`maximum`: how many people at most."""

    extranet: str
    profiles: tuple[str, ...]
    maximum: int | None
    state: str = "active"


@dataclass
class Group:
    """All its members have its profile."""

    name: str
    profile: str
    is_open: bool = True


@dataclass
class User:
    """`person` is a number, too: who is a user and an administrator is one person."""

    person: int
    state: str = "active"
    departs_on: date | None = None


@dataclass
class Administrator:
    """Of the partner."""

    person: int
    is_active: bool = True


@dataclass
class Place:
    """Of a user in a group: it opens the contracts that there were when it was given, and no later ones."""

    user: int
    group: int
    contracts: tuple[int, ...]
    starts_on: date
    ends_on: date | None
    state: str = "active"
