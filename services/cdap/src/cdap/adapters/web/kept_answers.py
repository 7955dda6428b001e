"""An answer and its question as text, to be kept sealed for a few minutes, and back."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from cdap.domain.figures import Standing
from cdap.domain.notices import Notice, NoticeKind
from cdap.domain.result import ResultKind
from cdap.use_cases.consultation import Answer, ConsultDossierRequest, NotFound, Refusal, Released

_KINDS: dict[str, type[Answer]] = {"released": Released, "not_found": NotFound, "refusal": Refusal}


def written_answer(answer: Answer, reference: str) -> str:
    """The answer, with the reference of the request that asked."""
    kind = next(name for name, one in _KINDS.items() if isinstance(answer, one))
    fields = {name: getattr(answer, name) for name in answer.__slots__}
    whole = {"kind": kind, "reference": reference, "answer": fields}
    return orjson.dumps(whole, default=_plain, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def read_answer(text: str) -> tuple[Answer, str]:
    """The answer and its reference, from `written_answer`."""
    kept = orjson.loads(text)
    fields: dict[str, Any] = kept["answer"]
    kind = _KINDS[kept["kind"]]
    if kind is Released:
        fields |= {
            "kind": ResultKind(fields["kind"]),
            "standings": {name: Standing(value) for name, value in fields["standings"].items()},
            "notices": tuple(_notice(one) for one in fields["notices"]),
            "asked_at": datetime.fromisoformat(fields["asked_at"]),
        }
    return kind(**fields), kept["reference"]


def written_question(question: ConsultDossierRequest) -> str:
    """What was typed."""
    return orjson.dumps(asdict(question)).decode()


def read_question(text: str) -> ConsultDossierRequest:
    """From `written_question`."""
    return ConsultDossierRequest(**orjson.loads(text))


def _notice(kept: dict[str, Any]) -> Notice:
    kind = ResultKind(kept["kind"]) if kept["of_result"] else NoticeKind(kept["kind"])
    return Notice(kind, kept["place"], kept["values"])


def _plain(value: object) -> object:
    if isinstance(value, Notice):
        return {
            "kind": value.kind.value,
            "of_result": isinstance(value.kind, ResultKind),
            "place": value.place,
            "values": dict(value.values),
        }
    raise TypeError(f"{type(value).__name__} is not written")
