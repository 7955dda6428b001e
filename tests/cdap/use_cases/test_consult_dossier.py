"""A professional consults a dossier: what is answered, and what the journal says of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cdap.domain.result import ResultKind
from cdap.use_cases.consultation import InvalidConsultationError, NotFound, Refusal, Released
from rights.sessions import EndedSession
from servicekit.audit_events import AuditEvent, AuditUnavailableError
from servicekit.references import bound_reference
from tests.cdap.builders import (
    NOW,
    PURPOSES,
    in_another_caf,
    the_document,
    the_request,
    the_requester,
    the_snapshot,
    token_details,
)
from tests.cdap.fakes import Desk
from tests.promises import promise


@pytest.fixture
def desk() -> Desk:
    return Desk([the_document(), in_another_caf("751", "0346147")])


def only_event(desk: Desk) -> AuditEvent:
    assert len(desk.work.events) == 1
    event = desk.work.events[0]
    assert event.policy == "strict"
    return event


@promise("professional:recorded-field-by-field")
@pytest.mark.parametrize("profile", sorted(PURPOSES))
def test_what_is_shown_is_recorded_field_by_field_before_the_reply(desk: Desk, profile: str) -> None:
    answer = desk.consult(the_request(profile), the_requester(profile))

    assert isinstance(answer, Released)
    assert answer.kind is ResultKind.FOUND
    event = only_event(desk)
    assert (event.type, event.decision, event.event_id) == ("cdap.dossier.consulted", "granted", answer.event_id)
    assert event.subject == "dossier:921:0346145"
    assert (event.actor_id, event.organisation_id) == (f"account-{profile}", "org-commune")
    assert event.rights_revision == 42
    assert event.payload["fields"] == sorted(answer.dossier)


def test_every_event_of_a_consultation_carries_the_reference_of_its_request(desk: Desk) -> None:
    for changes in ({}, {"matricule": "9999999"}, {"person_informed": False}):
        with bound_reference("7K4Q-2M9D"):
            desk.consult(the_request(**changes), the_requester())
    assert [event.reference for event in desk.work.events] == ["7K4Q-2M9D"] * 3


def test_what_was_typed_or_sent_goes_into_the_journal_without_invisible_characters(desk: Desk) -> None:
    hidden = "\u202e\u200b\x00"
    plain = the_request()
    asked = replace(plain, purpose=f"{hidden}{plain.purpose}", profile=f"T2{hidden}", name=f"Le{hidden}fèvre")
    requester = the_requester(user_agent=f"Fire{hidden}fox\n{'x' * 400}", ip=f"192.0.2.7{hidden}")
    assert isinstance(desk.consult(asked, requester), Released)
    payload = only_event(desk).payload
    assert (payload["purpose"], payload["profile"], payload["ip"]) == (PURPOSES["T2"], "T2", "192.0.2.7")
    assert str(payload["user_agent"]).startswith("Firefox xxx")
    assert len(str(payload["user_agent"])) == 300


@promise("caf:grounds-are-recorded")
def test_the_record_says_on_what_grounds_and_from_where(desk: Desk) -> None:
    desk.consult(the_request(), the_requester(caller="partner-software"))
    payload = dict(only_event(desk).payload)
    assert payload.pop("rule_ids")
    assert payload.pop("fields")
    assert payload.pop("rights_decision")
    assert payload == {
        "profile": "T2",
        "purpose": PURPOSES["T2"],
        "territory": "921",
        "person_informed": True,
        "session_id": "sid-1",
        "token_id": "jti-1",
        "ip": "192.0.2.7",
        "user_agent": "Firefox",
        "caller": "partner-software",
        "table_version": "2026-11-01",
        "convention": "conv-1",
        "service_contract": "sc-1",
        "grant": "grant-T2",
        "result": "FOUND",
        "reference_month": "2026-11",
    }


@promise("professional:names-as-people-write-them")
@pytest.mark.parametrize("name", ["lefevre", "d arc le goff", "LE GOFF"])
def test_any_name_of_the_household_finds_the_dossier(desk: Desk, name: str) -> None:
    assert isinstance(desk.consult(the_request(name=name), the_requester()), Released)


@promise("professional:asked-what-leaves-a-choice")
def test_profile_caf_and_purpose_may_be_left_out_when_there_is_no_choice(desk: Desk) -> None:
    answer = desk.consult(the_request(profile="T2", caf=""), the_requester())
    assert isinstance(answer, Released)
    without_profile = the_request(profile="T2")
    answer = desk.consult(replace(without_profile, profile=""), the_requester())
    assert isinstance(answer, Released)
    assert answer.profile == "T2"


@pytest.mark.parametrize(
    ("changes", "reason", "kind", "subject"),
    [
        ({"matricule": "9999999"}, "DOSSIER_UNKNOWN", "cdap.search.performed", "dossier:921:9999999"),
        ({"name": "Dupont"}, "NAME_MISMATCH", "cdap.search.performed", "dossier:921:0346145"),
        (
            {"caf": "751", "matricule": "0346147"},
            "OUT_OF_TERRITORY",
            "cdap.consultation.refused",
            "dossier:751:0346147",
        ),
        ({"matricule": "0346147"}, "OUT_OF_TERRITORY", "cdap.consultation.refused", "dossier:751:0346147"),
        ({"caf": "751", "matricule": "9"}, "OUT_OF_TERRITORY", "cdap.consultation.refused", "dossier:751:0000009"),
    ],
)
def test_unknown_wrong_name_and_out_of_territory_are_one_answer_and_the_journal_knows_which(
    desk: Desk, changes: dict[str, Any], reason: str, kind: str, subject: str
) -> None:
    answer = desk.consult(the_request(**changes), the_requester())

    event = only_event(desk)
    assert answer == NotFound(event.event_id)
    assert (event.type, event.reason, event.subject) == (kind, reason, subject)
    assert desk.dossiers.reads == ["find", "of_other_cafs"]


def _suspended(desk: Desk) -> None:
    desk.rights.snapshot = the_snapshot(state="suspended")


def _stale(desk: Desk) -> None:
    desk.rights.age = timedelta(seconds=6)


def _no_snapshot(desk: Desk) -> None:
    desk.rights.snapshot = None


def _ended(desk: Desk) -> None:
    desk.ended_sessions.ended.add("sid-1")


def _token_ended(**end: str) -> Callable[[Desk], None]:
    def change(desk: Desk) -> None:
        desk.ended_sessions.known = desk.ended_sessions.known.including(
            [EndedSession(session_id="", account_id="", ended_at=NOW, **end)], 1, NOW
        )

    return change


def _sessions_stale(desk: Desk) -> None:
    desk.ended_sessions.confirmed_ago = timedelta(seconds=6)


@promise("professional:refusals-are-recorded")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_suspended, "SERVICE_CONTRACT_SUSPENDED"),
        (_stale, "RIGHTS_STALE"),
        (_no_snapshot, "RIGHTS_STALE"),
        (_ended, "SESSION_ENDED"),
        (_token_ended(token_id="jti-1"), "SESSION_ENDED"),
        (_token_ended(client_id="cdap"), "SESSION_ENDED"),
        (_sessions_stale, "SESSIONS_STALE"),
    ],
)
def test_a_refused_consultation_is_recorded_with_its_reason_and_reads_nothing(
    desk: Desk, change: Callable[[Desk], None], reason: str
) -> None:
    change(desk)
    answer = desk.consult(the_request(), the_requester())

    event = only_event(desk)
    assert answer == Refusal(event.event_id, reason)
    assert (event.type, event.decision, event.reason) == ("cdap.consultation.refused", "refused", reason)
    assert desk.dossiers.reads == []


@promise("caf:person-is-informed")
def test_a_person_who_was_not_informed_is_not_consulted(desk: Desk) -> None:
    answer = desk.consult(the_request(person_informed=False), the_requester())
    assert isinstance(answer, Refusal)
    event = only_event(desk)
    assert event.reason == answer.reason == "PERSON_NOT_INFORMED"
    assert event.payload["person_informed"] is False


@pytest.mark.parametrize("profile", ["T1", "T5"])
def test_a_profile_that_the_person_does_not_hold_is_refused(desk: Desk, profile: str) -> None:
    answer = desk.consult(the_request(profile), the_requester("T2"))
    assert isinstance(answer, Refusal)
    assert only_event(desk).reason == answer.reason


@promise("caf:childcare-needs-a-young-child")
def test_under_t2_without_a_child_under_7_nothing_is_shown_and_a_suspicion_is_recorded() -> None:
    older = the_document(children=the_document()["children"][:1], aeeh_children=0, alternating_residence=0)
    desk = Desk([older])
    answer = desk.consult(the_request(), the_requester())

    assert isinstance(answer, Released)
    assert (answer.kind, set(answer.dossier)) == (ResultKind.NOT_ELIGIBLE, {"reference"})
    consulted, suspicious = desk.work.events
    assert consulted.payload["fields"] == ["reference"]
    assert (suspicious.type, suspicious.reason) == ("cdap.consultation.suspicious", "NO_CHILD_UNDER_7")
    assert suspicious.payload["consultation"] == consulted.event_id


@pytest.mark.parametrize("changes", [{}, {"matricule": "9999999"}, {"caf": "751", "matricule": "0346147"}])
def test_without_audit_nothing_is_said_not_even_that_a_dossier_is_unknown(desk: Desk, changes: dict[str, Any]) -> None:
    desk.work.audit_available = False
    with pytest.raises(AuditUnavailableError):
        desk.consult(the_request(**changes), the_requester())
    told = [event.type for event in desk.work.events]
    assert ("cdap.dossier.withheld" in told) is (changes == {})


@promise("auditor:withheld-reads-as-refused")
def test_a_consultation_that_was_recorded_and_not_shown_is_told_to_have_been_withheld(desk: Desk) -> None:
    desk.work.audit_available = False
    with pytest.raises(AuditUnavailableError):
        desk.consult(the_request(), the_requester())
    consulted, withheld = desk.work.events
    assert (consulted.type, consulted.decision) == ("cdap.dossier.consulted", "granted")
    assert (withheld.type, withheld.decision, withheld.reason) == (
        "cdap.dossier.withheld",
        "refused",
        "AUDIT_UNAVAILABLE",
    )
    assert (withheld.policy, withheld.subject, withheld.owner) == ("buffered", consulted.subject, consulted.owner)
    assert withheld.payload["consultation"] == consulted.event_id


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"matricule": ""}, {"matricule": "MATRICULE_MISSING"}),
        ({"matricule": "abc"}, {"matricule": "MATRICULE_FORMAT"}),
        ({"name": " "}, {"name": "NAME_MISSING"}),
        ({"name": "123"}, {"name": "NAME_FORMAT"}),
        ({"name": "x" * 81}, {"name": "NAME_FORMAT"}),
        ({"caf": "92"}, {"caf": "CAF_FORMAT"}),
        ({"caf": "٩٢١"}, {"caf": "CAF_FORMAT"}),
        ({"purpose": "x" * 101}, {"purpose": "TOO_LONG"}),
        ({"matricule": "", "name": ""}, {"matricule": "MATRICULE_MISSING", "name": "NAME_MISSING"}),
    ],
)
def test_a_question_that_cannot_be_understood_names_each_field(
    desk: Desk, changes: dict[str, Any], problems: dict[str, str]
) -> None:
    with pytest.raises(InvalidConsultationError) as caught:
        desk.consult(the_request(**changes), the_requester())
    assert caught.value.fields == problems
    assert desk.work.events == []


def test_a_purpose_is_asked_for_only_where_the_token_leaves_a_choice(desk: Desk) -> None:
    (detail,) = token_details("account-T2")
    two = {**detail, "purposes": ["calcul_participation_familiale_eaje", "information_modes_accueil"]}
    with pytest.raises(InvalidConsultationError) as caught:
        desk.consult(the_request(purpose=""), the_requester(token_details=(two,)))
    assert caught.value.fields == {"purpose": "PURPOSE_MISSING"}
    assert isinstance(desk.consult(the_request(purpose=""), the_requester()), Released)
