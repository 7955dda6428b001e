"""Alarms: what the journal notices about itself and its producers, each an event of the journal too."""

import hashlib
from dataclasses import dataclass

from audit.domain.event import Act, canonical_json
from servicekit.event_form import NATIONAL

ALARM_TYPE = "audit.alarm.raised"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person must look at. The kind is UPPER_SNAKE; `number` is where it began, when that is known."""

    kind: str
    service: str
    epoch: str
    number: int | None = None


def alarm_act(alarm: Alarm, at_us: int) -> Act:
    """The event that tells an alarm. The same alarm at the same time is the same event."""
    told = {"epoch": alarm.epoch, "kind": alarm.kind, "number": alarm.number, "service": alarm.service}
    return Act(
        event_id=_alarm_id(canonical_json(told), at_us),
        type=ALARM_TYPE,
        occurred_at_us=at_us,
        decision="done",
        owner=NATIONAL,
        subject=f"producer:{alarm.service}:{alarm.epoch}",
        reason=alarm.kind,
        payload=canonical_json(told),
    )


def _alarm_id(told: bytes, at_us: int) -> str:
    """A UUIDv7 whose random part comes from the alarm itself (RFC 9562 §5.7), so that a repeated work repeats it."""
    digest = hashlib.sha256(told + str(at_us).encode()).hexdigest()
    time = f"{at_us // 1000:012x}"
    return f"{time[:8]}-{time[8:]}-7{digest[:3]}-a{digest[3:6]}-{digest[6:18]}"
