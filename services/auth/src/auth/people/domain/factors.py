"""How a person proved who they are, and what level that comes to: `amr` (RFC 8176) and `acr` (OIDC Core §2).

Neither is ever written down on its own: both are derived from the factors that the session kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache

NO_LEVEL = "0"
"""OIDC Core §2: an authentication that meets the requirements of no level."""


class FactorKind(Enum):
    """What can be shown. The value is the word of `amr` (RFC 8176 §2)."""

    PASSWORD = "pwd"  # noqa: S105 - the name of a kind of authentication
    ONE_TIME = "otp"  # a code of an application, or one of the recovery codes

    @property
    def category(self) -> str:
        """What it is of the person: something known, held or inherent. Two of one category are one factor."""
        return _CATEGORIES[self]


_CATEGORIES = {FactorKind.PASSWORD: "known", FactorKind.ONE_TIME: "held"}


@dataclass(frozen=True)
class Factor:
    """One proof, and when it was given."""

    kind: FactorKind
    at: datetime


@dataclass(frozen=True)
class Level:
    """A class of authentication: so many factors of different categories."""

    acr: str
    categories: int


LEVELS = (
    Level("https://refeds.org/profile/mfa", 2),
    Level("https://refeds.org/profile/sfa", 1),
)
"""The strongest first (REFEDS Assurance Framework). Which of them can be reached follows from the factors there are."""


@lru_cache(maxsize=1024)
def methods_of(factors: tuple[Factor, ...]) -> tuple[str, ...]:
    """`amr`: what was shown, in the order in which it was. Asked of the same sessions again and again."""
    return tuple(dict.fromkeys(factor.kind.value for factor in sorted(factors, key=lambda one: one.at)))


def level_of(kinds: Iterable[FactorKind]) -> str:
    """`acr`: the strongest level that these come to."""
    count = len({kind.category for kind in kinds})
    return next((level.acr for level in LEVELS if count >= level.categories), NO_LEVEL)


@lru_cache(maxsize=1024)
def level_shown(factors: tuple[Factor, ...]) -> str:
    """`acr` of what was shown. Asked of the same sessions again and again."""
    return level_of(factor.kind for factor in factors)


def levels_within(kinds: Iterable[FactorKind]) -> tuple[str, ...]:
    """Every level that can be reached with these, the strongest first."""
    count = len({kind.category for kind in kinds})
    return tuple(level.acr for level in LEVELS if count >= level.categories)


def with_factor(factors: Iterable[Factor], new: Factor) -> tuple[Factor, ...]:
    """The same with one more proof, which takes the place of an older one of its kind."""
    return (*(factor for factor in factors if factor.kind.value != new.kind.value), new)
