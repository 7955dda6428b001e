"""An act as data, and what is said of it once it is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from habpps.domain.authorship import Author

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Act(Generic[T_co]):
    """The content of an act: everything its author decides, as plain values. Carried out, it gives a `T_co`.

    Each kind stands in the registry (`use_cases.acts`) with its name, who may do it and what it does.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}  # what is read from JSON says nothing else


@dataclass(frozen=True)
class Done(Generic[T_co]):
    """The value of an act, and the revision from which it is in force.

    `mails`: how many mails the act has asked for. `again`: an earlier call did it (`use_cases.receipts`).
    """

    value: T_co
    revision: int
    mails: int = 0
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Note:
    """What happened, for the audit journal and for the organisation's own.

    `label`: what the act is about, as people call it. Whether audit must acknowledge before anybody is told follows
    from the facts that change (`rights.widening`): an act that takes rights away goes on while audit is away for a
    short time. `caf`: the one Caf within reach of the act; empty for what concerns none.
    """

    act: str
    subject: str
    organisation_id: str
    label: str
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    caf: str = ""
    author: Author | None = None
    """Who did it; filled by `ActEntry.note`."""
    from_elsewhere: bool = False
    """Done by an administrator of another organisation, or for another Caf, who is not named in this one."""
    is_apart: bool = False
    """For the national auditor alone: it would tell an organisation what somebody is elsewhere."""

    @property
    def is_told_here(self) -> bool:
        """The organisation of the act reads it with its author."""
        return not (self.from_elsewhere or self.is_apart)
