"""What a session holds in lists, as text: the factors that were shown and the steps that remain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from auth.ground.adapters.database.rows import Codec
from auth.people.domain.factors import Factor, FactorKind
from auth.people.domain.steps import Step, readable_steps
from servicekit.database.types import from_microseconds, to_microseconds

_KINDS = {kind.value: kind for kind in FactorKind}


def _written_factors(factors: Sequence[Factor]) -> str:
    return " ".join(f"{factor.kind.value}:{to_microseconds(factor.at)}" for factor in factors)


@lru_cache(maxsize=10_000)  # read with each token that is looked at, and the same as long as the session lives
def _read_factors(text: str) -> tuple[Factor, ...]:
    """A kind that this version does not know counts for nothing."""
    pairs = (word.partition(":") for word in text.split())
    return tuple(
        Factor(_KINDS[kind], from_microseconds(int(at))) for kind, _, at in pairs if kind in _KINDS and at.isdecimal()
    )


def _written_steps(steps: Sequence[Step]) -> str:
    return " ".join(step.value for step in steps)


FACTORS = Codec(_written_factors, _read_factors)
"""`pwd:1764500000000000 …`: kind and microseconds since 1970."""
STEPS = Codec(_written_steps, lru_cache(maxsize=100)(lambda text: readable_steps(text.split())))
"""`choose_password choose_organisation`: their names, in order."""
