"""What the journal is told of a consultation: the truth, also when the person is told less."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cdap.use_cases.consultation import Consultation, Requester
from partnerkit.text import clean_line
from rights.decision import Granted
from servicekit.audit_events import JSON, AuditEvent, Decision

CONSULTED = "cdap.dossier.consulted"
WITHHELD = "cdap.dossier.withheld"
REFUSED = "cdap.consultation.refused"
NOT_FOUND = "cdap.search.performed"
SUSPICIOUS = "cdap.consultation.suspicious"
NO_CHILD_UNDER_7 = "NO_CHILD_UNDER_7"

_LONGEST_USER_AGENT = 300


class ConsultationEvents:
    """Makes the events of one consultation."""

    def __init__(self, consultation: Consultation, requester: Requester, record: Mapping[str, Any]) -> None:
        """`record`: what the rights decided on and how (`rights.record`); empty when they were not asked."""
        self._decided: dict[str, JSON] = {"rights_decision": dict(record)} if record else {}
        self._consultation = consultation
        self._requester = requester
        self._consulted: AuditEvent | None = None

    def consulted(self, granted: Granted, subject: str, result: dict[str, JSON]) -> AuditEvent:
        """The dossier is about to be shown: `result` says which fields, which kind, which month."""
        grounds = self._grounds(granted)
        event = self._event(CONSULTED, "granted", subject, None, granted.revision, grounds | result | self._decided)
        self._consulted = replace(event, owner=granted.caf)
        return self._consulted

    def withheld(self) -> AuditEvent | None:
        """What was recorded as consulted was not shown in the end; None when nothing was recorded as consulted."""
        told = self._consulted
        if told is None:
            return None
        payload: dict[str, JSON] = {"consultation": told.event_id}
        event = self._event(WITHHELD, "refused", str(told.subject), "AUDIT_UNAVAILABLE", told.rights_revision, payload)
        return replace(event, policy="buffered", owner=told.owner)

    def suspicious(self, granted: Granted, subject: str, consulted_id: str) -> AuditEvent:
        """A consultation that its profile does not explain; links the event of the consultation."""
        payload: dict[str, JSON] = self._grounds(granted) | {"consultation": consulted_id}
        event = self._event(SUSPICIOUS, "done", subject, NO_CHILD_UNDER_7, granted.revision, payload)
        return replace(event, owner=granted.caf)

    def not_found(self, reason: str, subject: str, revision: int) -> AuditEvent:
        """The person is told "unknown"; `reason` is the true one. Always strict: an outage must not tell them apart."""
        refused = reason == "OUT_OF_TERRITORY"
        kind, decision = (REFUSED, "refused") if refused else (NOT_FOUND, "done")
        return self._event(kind, decision, subject, reason, revision, self._decided)  # type: ignore[arg-type]

    def refused(self, reason: str, rule_id: str, revision: int | None) -> AuditEvent:
        """Not allowed; nothing was looked up."""
        told = {"rule_id": rule_id} | self._decided
        return self._event(REFUSED, "refused", self._consultation.key.subject, reason, revision, told)

    def _event(  # noqa: PLR0913 - the columns of an event
        self,
        kind: str,
        decision: Decision,
        subject: str,
        reason: str | None,
        revision: int | None,
        more: dict[str, JSON],
    ) -> AuditEvent:
        consultation, requester = self._consultation, self._requester
        payload: dict[str, JSON] = {
            "purpose": consultation.purpose,
            "profile": consultation.profile,
            "territory": consultation.key.caf,
            "person_informed": consultation.person_informed,
            "session_id": requester.session_id,
            "token_id": requester.token_id,
            "ip": clean_line(requester.ip),
            "user_agent": clean_line(requester.user_agent)[:_LONGEST_USER_AGENT],
            "caller": requester.caller,
        }
        return AuditEvent(
            type=kind,
            decision=decision,
            policy="strict",
            owner=consultation.key.caf,
            actor_id=requester.account_id,
            organisation_id=requester.organisation_id,
            subject=subject,
            reason=reason,
            rights_revision=revision,
            payload=payload | more,
            occurred_at=consultation.asked_at,
        )

    @staticmethod
    def _grounds(granted: Granted) -> dict[str, JSON]:
        return {
            "profile": granted.profile,
            "table_version": granted.table_version,
            "rule_ids": granted.rule_ids,
            "convention": granted.convention_id,
            "service_contract": granted.service_contract_id,
            "grant": granted.grant_id,
        }
