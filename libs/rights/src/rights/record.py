"""What an event keeps of a decision, so that it can be decided again from the change log of the rights alone.

The question, the answer, the epoch and the revision of the rights, and which field table: `record_of` writes them,
`read_record` reads them back. `rights.replay` decides again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rights.field_table import FieldTable
from rights.question import Granted, Question, Refused
from rights.question_rules import token_details_for
from rights.snapshot import Snapshot

MICROSECOND = timedelta(microseconds=1)
Record = Mapping[str, Any]


class MalformedRecordError(ValueError):
    """This is no record of a decision: a member is missing, or has another form."""


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision as it was recorded. `answer`: see `answer_of`."""

    epoch: int
    revision: int
    table_hash: str
    question: Question
    answer: Record


def record_of(question: Question, answer: Granted | Refused, snapshot: Snapshot, table: FieldTable) -> dict[str, Any]:
    """JSON. Of the token only the details that were looked at are kept."""
    return {
        "rights_epoch": snapshot.epoch,
        "rights_revision": snapshot.revision,
        "table_hash": table.hash,
        "account": question.account_id,
        "organisation": question.organisation_id,
        "extranet": question.extranet,
        "profile": question.profile,
        "purpose": question.purpose,
        "territory": question.territory,
        "token_details": [dict(detail) for detail in token_details_for(question)],
        "day": question.today.isoformat(),
        "rights_age_us": _microseconds(question.age),
        "session_ended": question.session_ended,
        "session_age_us": _microseconds(question.session_age),
        "answer": answer_of(answer),
    }


def answer_of(answer: Granted | Refused) -> dict[str, Any]:
    """By which papers it was granted with which fields, or why and by which rule it was refused."""
    if isinstance(answer, Refused):
        return {"granted": False, "reason": answer.reason, "rule_id": answer.rule_id}
    return {
        "granted": True,
        "convention": answer.convention_id,
        "service_contract": answer.service_contract_id,
        "grant": answer.grant_id,
        "profile": answer.profile,
        "fields": sorted(answer.fields),
    }


def read_record(value: object) -> DecisionRecord:
    """Read what `record_of` wrote.

    Raises:
        MalformedRecordError: it is none.
    """
    try:
        if not isinstance(value, Mapping):
            raise MalformedRecordError("an object was expected")
        question = Question(
            account_id=_text(value["account"]),
            organisation_id=_text(value["organisation"]),
            extranet=_text(value["extranet"]),
            profile=None if value["profile"] is None else _text(value["profile"]),
            purpose=_text(value["purpose"]),
            territory=_text(value["territory"]),
            token_details=_list(value["token_details"]),
            today=date.fromisoformat(_text(value["day"])),
            age=_duration(value["rights_age_us"]),
            session_ended=value["session_ended"] is not False,
            session_age=_duration(value["session_age_us"]),
        )
        epoch, revision = _number(value["rights_epoch"]), _number(value["rights_revision"])
        answer = value["answer"]
        if not isinstance(answer, Mapping):
            raise MalformedRecordError("an answer was expected")
        return DecisionRecord(epoch, revision, _text(value["table_hash"]), question, answer)
    except (KeyError, ValueError, OverflowError) as error:
        raise MalformedRecordError(f"no record of a decision: {error}") from error


def _microseconds(age: timedelta) -> int | None:
    return None if age == timedelta.max else age // MICROSECOND


def _duration(value: object) -> timedelta:
    return timedelta.max if value is None else timedelta(microseconds=_number(value, negative=True))


def _number(value: object, *, negative: bool = False) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or (value < 0 and not negative):
        raise MalformedRecordError("a whole number was expected")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedRecordError("a text was expected")
    return value


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise MalformedRecordError("a list was expected")
    return value
