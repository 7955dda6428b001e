"""A question to the rights and its two answers, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class QuestionLimits:
    """How old the snapshot and the list of ended sessions may be: 5 s bounds how long a withdrawn right survives."""

    freshness: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this person, in this organisation, consult a file of this territory?

    `account_id`, `organisation_id` and `token_details` come from one verified access token (`sub`, `org.id`,
    `authorization_details`). `profile` None lets the rights choose. `territory` is a Caf code. `today` is the French
    civil date. `age` and `session_age` say how long ago the snapshot and the list of ended sessions were confirmed.
    """

    account_id: str
    organisation_id: str
    extranet: str
    profile: str | None
    purpose: str
    territory: str
    token_details: Sequence[object]
    today: date
    age: timedelta
    session_ended: bool
    session_age: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Yes: these fields, each with how much of it is shown, by this right, at this revision of the rights.

    `rule_ids` are all the conditions that were checked and held, in order. `caf`: the Caf whose service contract it is.
    """

    fields: Mapping[str, str]
    rule_ids: tuple[str, ...]
    revision: int
    caf: str
    convention_id: str
    service_contract_id: str
    grant_id: str
    profile: str
    table_version: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No, because of `reason` (UPPER_SNAKE, stable), found by the rule `rule_id`, at this revision of the rights."""

    reason: str
    rule_id: str
    revision: int
