"""An act as data."""

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Act(Generic[T_co]):
    """The content of an act: everything its author decides, as plain values. Carried out, it gives a `T_co`.

    Each kind stands in the registry (`use_cases.acts`) with its name, who may do it and what it does.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}  # what is read from JSON says nothing else
