"""The story of the product: decide, read, record durably, only then reply.

Everything happens inside `RecordedWork.record`, which gives the reply back only once its record is on disk and
acknowledged by audit. So there is no way to show a dossier, or to say that there is none, without a trace.

A dossier outside the territory, one under another name and one that does not exist get the same answer, after the same
steps: one read by key, one read of the same matricule elsewhere, one strict event. Only the journal knows the reason.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from cdap.domain.choices import EXTRANET
from cdap.domain.names import matches
from cdap.domain.notices import notices_of
from cdap.domain.reduction import reduce
from cdap.domain.result import ResultKind, result_of
from cdap.use_cases.consultation import (
    Answer,
    Consultation,
    ConsultDossierRequest,
    NotFound,
    Refusal,
    Released,
    Requester,
    understand,
)
from cdap.use_cases.consultation_events import ConsultationEvents
from cdap.use_cases.ports import Dossiers, EndedSessions, Repositories, RightsView, StoredDossier
from partnerkit.days import french_day
from rights.decision import Granted, Question, QuestionLimits, Refused, decide, held_roles, helpers_of
from rights.field_table import FieldTable
from rights.record import record_of
from servicekit.audit_events import JSON, AuditUnavailableError, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.errors import ServiceError

OUT_OF_TERRITORY = frozenset({"TOKEN_WITHOUT_TERRITORY", "TERRITORY_NOT_IN_CONTRACT"})
NO_RIGHTS_YET = Refused("RIGHTS_STALE", "rights-are-fresh", 0)
NOT_INFORMED = Refused("PERSON_NOT_INFORMED", "person-is-informed", 0)


class ConsultDossier:
    """Consults one dossier for a professional."""

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        work: RecordedWork[Repositories],
        rights: RightsView,
        ended_sessions: EndedSessions,
        table: FieldTable,
        clock: Clock,
        limits: QuestionLimits | None = None,
    ) -> None:
        """`table` says what each profile sees, `limits` how old the rights may be."""
        self._work = work
        self._rights = rights
        self._ended_sessions = ended_sessions
        self._table = table
        self._clock = clock
        self._limits = limits or QuestionLimits()

    def __call__(self, request: ConsultDossierRequest, requester: Requester) -> Answer:
        """Answer one question; every answer is recorded before it is given.

        Raises:
            InvalidConsultationError: the question cannot be understood; nothing was looked up or recorded.
            AuditUnavailableError: audit did not acknowledge the record in time; nothing is shown.
            DependencyUnavailableError: the database does not answer; nothing is shown.
        """
        asked_at = self._clock.now()
        today = french_day(asked_at)
        consultation = understand(request, requester, today, asked_at)
        decision, record = self._decide(consultation, requester)
        events = ConsultationEvents(consultation, requester, record)
        try:
            return self._work.record(lambda repos: _carry_out(consultation, decision, repos.dossiers, events))
        except AuditUnavailableError:
            self._tell_withheld(events)
            raise

    def _tell_withheld(self, events: ConsultationEvents) -> None:
        """The record says "consulted" and stays: a later one says that nothing was shown. It may come late."""
        withheld = events.withheld()
        if withheld is not None:
            with suppress(ServiceError):  # recorded here even when audit is away; the refusal is what the person gets
                self._work.record(lambda _: Outcome(None, (withheld,)))

    @property
    def table_version(self) -> str:
        """Version of the profile and field table in use."""
        return self._table.version

    def decide_again(self, request: ConsultDossierRequest, requester: Requester) -> Refusal | None:
        """Whether a result shown a moment ago may be shown again: None, or the refusal, which is recorded.

        Decides anew and reads no dossier. That the result is looked at again is no new consultation.

        Raises:
            InvalidConsultationError, AuditUnavailableError, DependencyUnavailableError: as for a consultation.
        """
        asked_at = self._clock.now()
        today = french_day(asked_at)
        consultation = understand(request, requester, today, asked_at)
        decision, record = self._decide(consultation, requester)
        if isinstance(decision, Granted):
            return None
        event = ConsultationEvents(consultation, requester, record).refused(
            decision.reason, decision.rule_id, decision.revision or None
        )
        return self._work.record(lambda _: Outcome(Refusal(event.event_id, decision.reason), (event,)))

    def roles(self, account_id: str, organisation_id: str) -> tuple[str, ...]:
        """The administration roles of a person: for the words of a refusal, never for a decision."""
        snapshot, _ = self._rights.current()
        return held_roles(snapshot, account_id, organisation_id) if snapshot is not None else ()

    def helpers(self, account_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of those who can help a person, and codes of their Cafs: for the page of help."""
        snapshot, _ = self._rights.current()
        return helpers_of(snapshot, account_id) if snapshot is not None and account_id else ((), ())

    def _decide(self, consultation: Consultation, requester: Requester) -> tuple[Granted | Refused, Mapping[str, Any]]:
        """The decision, and its record where the rights were asked."""
        if not consultation.person_informed:
            return NOT_INFORMED, {}
        snapshot, age = self._rights.current()
        if snapshot is None:
            return NO_RIGHTS_YET, {}
        question = Question(
            account_id=requester.account_id,
            organisation_id=requester.organisation_id,
            extranet=EXTRANET,
            profile=consultation.profile,
            purpose=consultation.purpose,
            territory=consultation.key.caf,
            token_details=requester.token_details,
            today=consultation.today,
            age=age,
            session_ended=self._ended_sessions.is_ended(requester.marks),
            session_age=self._ended_sessions.age(),
        )
        decision = decide(snapshot, question, self._table, self._limits)
        return decision, record_of(question, decision, snapshot, self._table)


def _carry_out(
    consultation: Consultation, decision: Granted | Refused, dossiers: Dossiers, events: ConsultationEvents
) -> Outcome[Answer]:
    if isinstance(decision, Refused) and decision.reason not in OUT_OF_TERRITORY:
        event = events.refused(decision.reason, decision.rule_id, decision.revision or None)
        return Outcome(Refusal(event.event_id, decision.reason), (event,))
    stored = dossiers.find(consultation.key)
    if isinstance(decision, Granted) and stored is not None and matches(consultation.name, stored.name_keys):
        return _release(consultation, decision, stored, events)
    reason, subject = _why_nothing_is_found(consultation, decision, stored, dossiers)
    event = events.not_found(reason, subject, decision.revision)
    return Outcome(NotFound(event.event_id), (event,))


def _release(
    consultation: Consultation, granted: Granted, stored: StoredDossier, events: ConsultationEvents
) -> Outcome[Answer]:
    dossier = stored.read()
    result = result_of(dossier, granted.profile, granted.fields, consultation.today)
    view = reduce(dossier, granted.fields, consultation.today, result.only)
    month = dossier.reference_month
    subject = stored.key.subject
    told: dict[str, JSON] = {"fields": sorted(view), "result": result.kind.value, "reference_month": month}
    event = events.consulted(granted, subject, told)
    released = Released(
        event_id=event.event_id,
        kind=result.kind,
        dossier=view,
        standings=result.standings,
        notices=notices_of(dossier, result, granted.profile, view, consultation.today),
        profile=granted.profile,
        purpose=consultation.purpose,
        table_version=granted.table_version,
        rights_revision=granted.revision,
        reference_month=month,
        asked_at=consultation.asked_at,
    )
    if result.kind is ResultKind.NOT_ELIGIBLE:
        return Outcome(released, (event, events.suspicious(granted, subject, event.event_id)))
    return Outcome(released, (event,))


def _why_nothing_is_found(
    consultation: Consultation, decision: Granted | Refused, stored: StoredDossier | None, dossiers: Dossiers
) -> tuple[str, str]:
    """The true reason and the dossier it is about. Both reads are made whatever the reason is."""
    elsewhere = [
        names
        for names in dossiers.of_other_cafs(consultation.key)
        if names.key.caf not in consultation.territories and matches(consultation.name, names.name_keys)
    ]
    asked = consultation.key.subject
    if isinstance(decision, Refused):
        return "OUT_OF_TERRITORY", asked
    if stored is not None:
        return "NAME_MISMATCH", asked
    if elsewhere:
        return "OUT_OF_TERRITORY", elsewhere[0].key.subject
    return "DOSSIER_UNKNOWN", asked
