"""Who may do what: the granting example, each single condition broken, and the token that only narrows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.decision import Granted, Refused, decide
from rights.field_table import FieldTable
from rights.question_rules import RULE_IDS
from rights.snapshot import Snapshot
from tests.promises import promise
from tests.rights.builders import PARIS, TODAY, Commune, the_commune, the_extension, the_question, the_table

YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)


@promise("caf:fields-of-each-profile")
def test_the_creche_director_sees_the_t2_fields_and_the_audit_learns_why() -> None:
    snapshot = the_commune().snapshot()
    answer = decide(snapshot, the_question(snapshot), the_table())
    assert answer == Granted(
        fields={"matricule": "full", "etat_dossier": "active_or_not", "ressources_annuelles": "full"},
        rule_ids=RULE_IDS,
        revision=42,
        caf="921",
        convention_id="conv-1",
        service_contract_id="sc-cdap",
        grant_id="grant-3",
        profile="T2",
        table_version="test-1",
    )


@promise("caf:fields-of-each-profile")
def test_the_social_worker_sees_the_t1_fields_of_the_same_dossier() -> None:
    snapshot = the_commune().snapshot()
    question = the_question(snapshot, account_id="account-social-worker", profile="T1", purpose="social_support")
    answer = decide(snapshot, question, the_table())
    assert isinstance(answer, Granted)
    assert "telephone" in answer.fields
    assert "etat_dossier" not in answer.fields


@promise("caf:grounds-are-recorded")
def test_the_same_question_on_another_day_or_at_another_revision_is_decided_anew() -> None:
    commune = the_commune()
    snapshot = commune.snapshot()
    assert isinstance(decide(snapshot, the_question(snapshot), the_table()), Granted)
    after_the_end = the_question(snapshot, today=date(2199, 1, 1))
    assert decide(snapshot, after_the_end, the_table()) == decide(commune.snapshot(), after_the_end, the_table())
    later = commune.changed("convention", state="suspended").snapshot()
    assert decide(later, the_question(snapshot), the_table()) == Refused(
        "CONVENTION_SUSPENDED", "convention-is-active", later.revision
    )


FACT_BREAKS: list[tuple[str, dict[str, Any], str]] = [
    ("cdap", {"enabled": False}, "EXTRANET_DISABLED"),
    ("cdap", {"code": "cdap-old"}, "EXTRANET_UNKNOWN"),
    ("cdap", {"kind": "administration"}, "EXTRANET_NOT_PROFESSIONAL"),
    ("cdap", {"kind": "something_new"}, "EXTRANET_NOT_PROFESSIONAL"),
    ("cdap", {"profiles": ("T1",)}, "PROFILE_NOT_IN_EXTRANET"),
    ("cdap", {"purposes": ("social_support",)}, "PROFILE_WITHOUT_PURPOSE"),
    ("creche_fee", {"profiles": ("T1",)}, "PURPOSE_NOT_OF_PROFILE"),
    ("creche_fee", {"profiles": ()}, "PURPOSE_NOT_OF_PROFILE"),
    ("creche_fee", {"code": "creche_fee_of_old"}, "PROFILE_WITHOUT_PURPOSE"),
    ("commune", {"state": "closed"}, "ORGANISATION_CLOSED"),
    ("commune", {"state": "a_state_of_tomorrow"}, "ORGANISATION_CLOSED"),
    ("commune", {"id": "org-other"}, "ORGANISATION_UNKNOWN"),
    ("convention", {"id": "conv-2"}, "CONVENTION_MISSING"),
    ("convention", {"organisation_id": "org-other"}, "CONVENTION_MISSING"),
    ("convention", {"state": "suspended"}, "CONVENTION_SUSPENDED"),
    ("convention", {"state": "a_state_of_tomorrow"}, "CONVENTION_SUSPENDED"),
    ("convention", {"state": "ended"}, "CONVENTION_ENDED"),
    ("convention", {"state": "terminated_for_breach"}, "CONVENTION_TERMINATED"),
    ("convention", {"ends_on": YESTERDAY}, "CONVENTION_ENDED"),
    ("convention", {"state": "denounced", "ends_on": YESTERDAY}, "CONVENTION_ENDED"),
    ("convention", {"state": "denounced", "ends_on": None}, "CONVENTION_ENDED"),
    ("convention", {"starts_on": TOMORROW}, "CONVENTION_NOT_STARTED"),
    ("cdap_contract", {"extranet": "omega"}, "SERVICE_CONTRACT_MISSING"),
    ("cdap_contract", {"organisation_id": "org-other"}, "SERVICE_CONTRACT_MISSING"),
    ("cdap_contract", {"state": "suspended"}, "SERVICE_CONTRACT_SUSPENDED"),
    ("cdap_contract", {"state": "ended"}, "SERVICE_CONTRACT_ENDED"),
    ("cdap_contract", {"ends_on": YESTERDAY}, "SERVICE_CONTRACT_ENDED"),
    ("cdap_contract", {"starts_on": TOMORROW}, "SERVICE_CONTRACT_NOT_STARTED"),
    ("cdap_contract", {"purposes": ()}, "SERVICE_CONTRACT_EMPTY"),
    ("cdap_contract", {"profiles": ("T1",)}, "PROFILE_NOT_IN_CONTRACT"),
    ("cdap_contract", {"purposes": ("social_support",)}, "PROFILE_WITHOUT_PURPOSE"),
    ("cdap_contract", {"caf": "751"}, "SERVICE_CONTRACT_MISSING"),
    ("cdap_contract", {"id": "sc-renewed"}, "NO_HABILITATION"),
    ("creche_director", {"account_id": "somebody"}, "USER_UNKNOWN"),
    ("creche_director", {"organisation_id": "org-other"}, "USER_UNKNOWN"),
    ("creche_director", {"state": "locked"}, "USER_LOCKED"),
    ("creche_director", {"state": "inactive"}, "USER_INACTIVE"),
    ("creche_director", {"state": "closed"}, "USER_CLOSED"),
    ("creche_director_grant", {"user_id": "user-9"}, "NO_HABILITATION"),
    ("creche_director_grant", {"state": "withdrawn"}, "HABILITATION_WITHDRAWN"),
    ("creche_director_grant", {"state": "suspended"}, "HABILITATION_SUSPENDED"),
    ("creche_director_grant", {"ends_on": YESTERDAY}, "HABILITATION_ENDED"),
    ("creche_director_grant", {"starts_on": TOMORROW}, "HABILITATION_NOT_STARTED"),
    ("creche_director_grant", {"contract_id": "sc-mon-enfant"}, "NO_HABILITATION"),
    ("creche_director_grant", {"profile": "T6"}, "PROFILE_RESERVED"),
    ("creche_director_grant", {"profile": "T1"}, "PROFILE_NOT_HELD"),
]


@promise("caf:closed-unless-opened")
@pytest.mark.parametrize(("fact", "changes", "reason"), FACT_BREAKS, ids=lambda value: str(value))
def test_one_broken_fact_refuses_with_its_reason(fact: str, changes: dict[str, Any], reason: str) -> None:
    granting = the_commune()
    question = the_question(granting.snapshot())
    assert isinstance(decide(granting.snapshot(), question, the_table()), Granted)
    answer = decide(granting.changed(fact, **changes).snapshot(), question, the_table())
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.revision) == (reason, 42)
    assert answer.rule_id in RULE_IDS


def _detail(**changes: Any) -> tuple[dict[str, object], ...]:
    (detail,) = the_question(the_commune().snapshot()).token_details
    assert isinstance(detail, dict)
    return (detail | changes,)


QUESTION_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"age": timedelta(seconds=5, microseconds=1)}, "RIGHTS_STALE"),
    ({"age": timedelta.max}, "RIGHTS_STALE"),
    ({"age": timedelta(seconds=-1)}, "RIGHTS_STALE"),
    ({"session_age": timedelta(seconds=6)}, "SESSIONS_STALE"),
    ({"session_ended": True}, "SESSION_ENDED"),
    ({"token_details": ()}, "TOKEN_NOT_FOR_EXTRANET"),
    ({"token_details": ("nonsense", None, 7)}, "TOKEN_NOT_FOR_EXTRANET"),
    ({"token_details": _detail(type="administration")}, "TOKEN_NOT_FOR_EXTRANET"),
    ({"token_details": _detail(extranet="omega")}, "TOKEN_NOT_FOR_EXTRANET"),
    ({"token_details": _detail(valid_until=YESTERDAY.isoformat())}, "TOKEN_NOT_FOR_EXTRANET"),
    ({"token_details": _detail(valid_until="soon")}, "TOKEN_NOT_FOR_EXTRANET"),
    ({"token_details": _detail(valid_until=20261123)}, "TOKEN_NOT_FOR_EXTRANET"),
    ({"token_details": _detail(profiles=["T1"])}, "TOKEN_WITHOUT_PROFILE"),
    ({"token_details": _detail(profiles="T1 T2")}, "TOKEN_WITHOUT_PROFILE"),
    ({"token_details": _detail(purposes=[])}, "TOKEN_WITHOUT_PURPOSE"),
    ({"token_details": _detail(territories=None)}, "TOKEN_WITHOUT_TERRITORY"),
    ({"token_details": _detail(service_contract="sc-other")}, "TOKEN_WITHOUT_SERVICE_CONTRACT"),
    ({"profile": "T1"}, "PURPOSE_NOT_OF_PROFILE"),
    ({"profile": "T1", "purpose": "social_support"}, "TOKEN_WITHOUT_PROFILE"),
    ({"purpose": "social_support"}, "PURPOSE_NOT_OF_PROFILE"),
    ({"purpose": "childcare_place"}, "TOKEN_WITHOUT_PURPOSE"),
    ({"purpose": "curiosity"}, "TOKEN_WITHOUT_PURPOSE"),
    ({"territory": "751"}, "TOKEN_WITHOUT_TERRITORY"),
    ({"extranet": "nowhere"}, "TOKEN_NOT_FOR_EXTRANET"),
    ({"account_id": "nobody", "token_details": _detail()}, "USER_UNKNOWN"),
    ({"organisation_id": "org-nowhere", "token_details": _detail()}, "ORGANISATION_UNKNOWN"),
]


@promise("caf:territory-of-the-contract")
@pytest.mark.parametrize(("changes", "reason"), QUESTION_BREAKS, ids=lambda value: str(value)[:60])
def test_one_broken_part_of_the_question_refuses_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    snapshot = the_commune().snapshot()
    answer = decide(snapshot, the_question(snapshot, **changes), the_table())
    assert isinstance(answer, Refused)
    assert answer.reason == reason


@promise("caf:purpose-of-contract-and-extranet")
@pytest.mark.parametrize(
    ("fact", "reason"), [("cdap", "PURPOSE_NOT_IN_EXTRANET"), ("cdap_contract", "PURPOSE_NOT_IN_CONTRACT")]
)
def test_a_purpose_that_fits_the_profile_must_also_be_in_the_contract_and_in_the_extranet(
    fact: str, reason: str
) -> None:
    both = ("childcare_place", "creche_fee")
    granting = the_commune().changed("cdap", purposes=both).changed("cdap_contract", purposes=both)
    question = the_question(granting.snapshot())
    assert isinstance(decide(granting.snapshot(), question, the_table()), Granted)
    answer = decide(granting.changed(fact, purposes=("childcare_place",)).snapshot(), question, the_table())
    assert isinstance(answer, Refused)
    assert answer.reason == reason


@promise("caf:reserved-profiles-open-nothing")
def test_a_profile_without_fields_in_the_table_is_refused() -> None:
    snapshot = the_commune().snapshot()
    answer = decide(snapshot, the_question(snapshot), FieldTable("only-T1", {"T1": {"matricule": "full"}}))
    assert isinstance(answer, Refused)
    assert answer.reason == "PROFILE_WITHOUT_FIELDS"


@promise("caf:stale-rights-refuse")
def test_freshness_is_looked_at_before_anything_else() -> None:
    empty = Snapshot.empty()
    answer = decide(empty, the_question(empty, age=timedelta(seconds=6), session_ended=True), the_table())
    assert answer == Refused("RIGHTS_STALE", "rights-are-fresh", 0)


@promise("caf:closed-unless-opened")
def test_nothing_is_open_on_an_empty_snapshot() -> None:
    question = the_question(the_commune().snapshot())
    assert isinstance(decide(Snapshot.empty(), question, the_table()), Refused)


@promise("caf:days-count-to-the-last")
@pytest.mark.parametrize("name", ["convention", "cdap_contract", "creche_director_grant"])
def test_the_last_day_and_the_first_day_belong_to_the_period(name: str) -> None:
    snapshot = the_commune().changed(name, starts_on=TODAY, ends_on=TODAY).snapshot()
    assert isinstance(decide(snapshot, the_question(snapshot), the_table()), Granted)


@promise("caf-admin:notice-runs-to-its-end")
def test_a_denounced_convention_works_until_the_end_of_its_notice() -> None:
    snapshot = the_commune().changed("convention", state="denounced", ends_on=TODAY).snapshot()
    assert isinstance(decide(snapshot, the_question(snapshot), the_table()), Granted)


def test_of_several_rights_the_first_by_identifiers_is_chosen_whatever_the_order_of_the_facts() -> None:
    commune = the_commune()
    other = commune.changed("cdap_contract", id="sc-aaa").cdap_contract
    facts = [*commune.facts(), other, replace(commune.creche_director_grant, id="grant-9", contract_id="sc-aaa")]
    forwards, backwards = Snapshot.of(facts), Snapshot.of(reversed(facts))
    answers = [decide(known, the_question(known), the_table()) for known in (forwards, backwards)]
    assert answers[0] == answers[1]
    assert isinstance(answers[0], Granted)
    assert answers[0].service_contract_id == "sc-aaa"


def test_without_a_profile_in_the_question_the_rights_choose() -> None:
    snapshot = the_commune().snapshot()
    answer = decide(snapshot, the_question(snapshot, profile=None), the_table())
    assert isinstance(answer, Granted)
    assert answer.profile == "T2"


def test_the_right_that_came_furthest_gives_the_reason() -> None:
    commune = the_commune()
    ended = commune.changed("cdap_contract", id="sc-aaa", state="ended").cdap_contract
    snapshot = commune.changed("cdap_contract", state="suspended").snapshot(more=[ended])
    answer = decide(snapshot, the_question(commune.snapshot()), the_table())
    assert isinstance(answer, Refused)
    assert answer.reason == "SERVICE_CONTRACT_SUSPENDED"


BREAK: st.SearchStrategy[tuple[str, dict[str, Any], str]] = st.sampled_from(FACT_BREAKS)


@promise("caf:closed-unless-opened")
@given(st.lists(BREAK, min_size=1, max_size=6))
def test_however_many_facts_are_broken_nothing_is_granted(breaks: list[tuple[str, dict[str, Any], str]]) -> None:
    granting = the_commune()
    broken: Commune = granting
    touched: set[tuple[str, str]] = set()
    for name, changes, _ in breaks:
        fresh = {field: value for field, value in changes.items() if (name, field) not in touched}
        if fresh == changes:
            broken = broken.changed(name, **changes)
            touched |= {(name, field) for field in changes}
    assert isinstance(decide(broken.snapshot(), the_question(granting.snapshot()), the_table()), Refused)


LISTS = st.lists(st.sampled_from(["T1", "T2", "T3", "921", "751", "creche_fee", "social_support"]), max_size=4)
DETAILS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["service_contract", "administration"]),
        "extranet": st.sampled_from(["cdap", "omega"]),
        "service_contract": st.sampled_from(["sc-cdap", "sc-other"]),
        "profiles": st.one_of(LISTS, st.just(["T2"])),
        "territories": st.one_of(LISTS, st.just(["921"])),
        "purposes": st.one_of(LISTS, st.just(["creche_fee"])),
    },
    optional={"valid_until": st.sampled_from([YESTERDAY.isoformat(), TODAY.isoformat(), "soon", None])},
)


@promise("caf:a-token-only-narrows")
@given(st.lists(DETAILS, max_size=4), st.data())
def test_a_narrower_token_never_gives_more(details: list[dict[str, object]], data: st.DataObject) -> None:
    snapshot = the_commune().snapshot()
    fewer = [detail for detail in details if data.draw(st.booleans())]
    narrower = [
        {
            name: [item for item in value if data.draw(st.booleans())] if isinstance(value, list) else value
            for name, value in detail.items()
        }
        for detail in fewer
    ]
    wide = decide(snapshot, the_question(snapshot, token_details=details), the_table())
    narrow = decide(snapshot, the_question(snapshot, token_details=narrower), the_table())
    if isinstance(narrow, Granted):
        assert narrow == wide


@promise("caf:a-token-only-narrows")
@given(st.lists(DETAILS, max_size=4))
def test_no_token_opens_what_the_snapshot_closes(details: list[dict[str, object]]) -> None:
    closed = the_commune().changed("cdap_contract", state="suspended").snapshot()
    assert isinstance(decide(closed, the_question(closed, token_details=details), the_table()), Refused)


@promise("caf:closed-unless-opened")
def test_a_fact_that_cannot_be_read_opens_nothing() -> None:
    granting = the_commune()
    entries = dict(granting.snapshot().entries())
    question = the_question(granting.snapshot())
    broken: list[Callable[[bytes], bytes]] = [
        lambda _: b"{",
        lambda _: b"[]",
        lambda value: value.replace(b'"state"', b'"stat"'),
    ]
    for spoil in broken:
        spoilt = entries | {"service_contract/sc-cdap": spoil(entries["service_contract/sc-cdap"])}
        answer = decide(Snapshot.load(spoilt.items(), revision=1, epoch=1), question, the_table())
        assert isinstance(answer, Refused)
        assert answer.reason == "SERVICE_CONTRACT_MISSING"


def test_the_day_is_given_not_read_from_a_clock() -> None:
    snapshot = the_commune().changed("cdap_contract", ends_on=date(2026, 6, 30)).snapshot()
    token = _detail()
    in_june = decide(snapshot, the_question(snapshot, today=date(2026, 6, 30), token_details=token), the_table())
    in_july = decide(snapshot, the_question(snapshot, today=date(2026, 7, 1), token_details=token), the_table())
    assert isinstance(in_june, Granted)
    assert isinstance(in_july, Refused)


@promise("caf:territory-extension-in-force")
@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        ({}, True),
        ({"starts_on": TODAY, "ends_on": TODAY}, True),
        ({"state": "ended"}, False),
        ({"state": "of tomorrow"}, False),
        ({"starts_on": TOMORROW}, False),
        ({"ends_on": YESTERDAY}, False),
        ({"contract_id": "sc-mon-enfant"}, False),
        ({"caf": "631"}, False),
    ],
    ids=str,
)
def test_an_extension_covers_its_caf_while_it_is_in_force(changes: dict[str, Any], covered: bool) -> None:
    snapshot = the_commune().snapshot(more=[the_extension(**changes)])
    token = _detail(territories=["921", PARIS])
    answer = decide(snapshot, the_question(snapshot, territory=PARIS, token_details=token), the_table())
    assert isinstance(answer, Granted) is covered
    if isinstance(answer, Refused):
        assert answer.reason == "TERRITORY_NOT_IN_CONTRACT"
    assert isinstance(decide(snapshot, the_question(snapshot, token_details=token), the_table()), Granted)


@promise("caf:territory-extension-in-force")
def test_an_extension_lasts_no_longer_than_its_contract() -> None:
    snapshot = the_commune().changed("cdap_contract", ends_on=YESTERDAY).snapshot(more=[the_extension()])
    token = _detail(territories=[PARIS])
    answer = decide(snapshot, the_question(snapshot, territory=PARIS, token_details=token), the_table())
    assert isinstance(answer, Refused)
    assert answer.reason == "SERVICE_CONTRACT_ENDED"
