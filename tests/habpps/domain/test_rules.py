"""The tables and rules of habpps."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import siret as stdnum_siret

from habpps.domain.account_command import AccountCommand, CommandKind, CommandState
from habpps.domain.habilitation import (
    Group,
    Habilitation,
    Membership,
    check_assignment,
    check_seats,
    profiles_in_force,
)
from habpps.domain.organisation import Convention, Signatory
from habpps.domain.people import Person, User, person_typed, why_person_refused
from habpps.domain.publication import published
from habpps.domain.refusals import (
    AlreadyInGroupError,
    GroupClosedError,
    MaximumUsersReachedError,
    ProfileNotInContractError,
    TransitionRefusedError,
    UserNotActiveError,
)
from habpps.domain.service_contract import ContractTerms, ServiceContract, why_terms_refused
from habpps.domain.siret import normalise_siret, why_siret_refused
from habpps.domain.states import (
    CONVENTION,
    HABILITATION,
    SERVICE_CONTRACT,
    USER,
    ContractState,
    ConventionState,
    HabilitationState,
    Machine,
    UserState,
)
from partnerkit.days import french_day
from servicekit.errors import ServiceError
from tests.habpps.builders import CATALOGUE, TERMS, TODAY, MemoryRegister
from tests.promises import promise

NOBODY = Signatory("", "", None)
PERSON = Person("Camille", "Léger", "camille@nanterre.example")
USER_1 = User(id="u1", account_id="a1", organisation_id="o1", caf="921", person=PERSON, job_title="directrice")
GROUP = Group(id="g1", organisation_id="o1", caf="921", name="Crèches", profile="T2")


def contract(**changes: object) -> ServiceContract:
    values: dict[str, object] = {
        "id": "c1",
        "organisation_id": "o1",
        "caf": "921",
        "convention_id": "v1",
        "extranet": "cdap",
        "profiles": ("T1", "T2"),
        "purposes": ("p",),
        "state": ContractState.ACTIVE,
        "starts_on": TODAY,
        "ends_on": None,
        "maximum_users": None,
        **changes,
    }
    return ServiceContract(**values)  # type: ignore[arg-type]


def membership(user: User, group: Group = GROUP, state: HabilitationState = HabilitationState.ACTIVE) -> Membership:
    return Membership(
        Habilitation(
            id=f"h-{user.id}",
            organisation_id="o1",
            caf="921",
            user_id=user.id,
            group_id=group.id,
            profile=group.profile,
            contracts=("c1",),
            state=state,
            starts_on=TODAY,
        ),
        group,
        user,
    )


@promise("caf-admin:siret-is-checked")
@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("13002526500013", None),
        ("216 302 158 00011", None),
        ("35600000000048", None),
        ("35600000049837", None),
        ("35600000049838", "SIRET_KEY_WRONG"),
        ("38105099600000", "SIRET_KEY_WRONG"),
        ("13002526600013", "SIREN_KEY_WRONG"),
        ("130025265", "SIRET_IS_SIREN"),
        ("1300252650001", "SIRET_LENGTH"),
        ("1300252650001O", "SIRET_NOT_DIGITS"),
        ("١٣٠٠٢٥٢٦٥٠٠٠١٣", "SIRET_NOT_DIGITS"),
        ("  ", "SIRET_EMPTY"),
    ],
)
def test_a_siret_is_accepted_or_refused_with_its_reason(typed: str, reason: str | None) -> None:
    assert why_siret_refused(normalise_siret(typed)) == reason


@promise("caf-admin:siret-is-checked")
@given(st.one_of(st.integers(0, 10**14 - 1).map(lambda n: f"{n:014d}"), st.text(max_size=16)))
def test_the_siret_check_agrees_with_an_independent_one(typed: str) -> None:
    siret = normalise_siret(typed)
    if siret.isascii():
        assert (why_siret_refused(siret) is None) == stdnum_siret.is_valid(siret)


@promise("caf-admin:final-is-final")
@pytest.mark.parametrize("machine", [CONVENTION, SERVICE_CONTRACT, HABILITATION, USER], ids=lambda one: one.name)
def test_what_is_not_in_a_table_is_refused(machine: Machine[StrEnum, StrEnum]) -> None:
    states = {state for state, _ in machine.table} | set(machine.table.values())
    events = {event for _, event in machine.table}
    for state in states:
        for event in events:
            if (state, event) in machine.table:
                assert machine.after(state, event) is machine.table[state, event]
            else:
                with pytest.raises(TransitionRefusedError):
                    machine.after(state, event)
        assert set(machine.events(state)) == {event for origin, event in machine.table if origin == state}


@promise("caf-admin:final-is-final")
def test_final_states_stay_final() -> None:
    assert not CONVENTION.events(ConventionState.ENDED)
    assert not CONVENTION.events(ConventionState.TERMINATED_FOR_BREACH)
    assert not SERVICE_CONTRACT.events(ContractState.ENDED)
    assert not HABILITATION.events(HabilitationState.WITHDRAWN)
    assert not USER.events(UserState.CLOSED)


@pytest.mark.parametrize(
    ("given_name", "family_name", "email", "problems"),
    [
        (" Anne-Marie ", "d’Arc", "A.M@ville.fr", {}),
        ("", "", "", {"given_name": "EMPTY", "family_name": "EMPTY", "email": "EMPTY"}),
        ("<b>", "Léger", "a@b", {"given_name": "NAME_CHARACTERS", "email": "EMAIL_MALFORMED"}),
        ("x" * 61, "Léger", f"{'a' * 65}@b.fr", {"given_name": "TOO_LONG", "email": "EMAIL_MALFORMED"}),
        ("Zoé", "O'Brien", "zoe@ville.fr\nBcc: b@c.fr", {"email": "EMAIL_MALFORMED"}),
    ],
)
def test_what_is_wrong_with_a_person_is_said_field_by_field(
    given_name: str, family_name: str, email: str, problems: Mapping[str, str]
) -> None:
    assert why_person_refused(person_typed(given_name, family_name, email)) == problems


@promise("caf-admin:terms-fit-the-extranet")
@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, {}),
        ({"extranet": "habpps"}, {"extranet": "EXTRANET_UNKNOWN"}),
        ({"profiles": ()}, {"profiles": "EMPTY", "purposes": "PURPOSE_WITHOUT_PROFILE"}),
        ({"profiles": ("T1", "T2", "T7")}, {"profiles": "PROFILE_RESERVED"}),
        ({"profiles": ("T1", "T2", "X")}, {"profiles": "PROFILE_UNKNOWN"}),
        (
            {"purposes": ("instruction_rsa",)},
            {"profiles": "PROFILE_WITHOUT_PURPOSE", "purposes": "PURPOSE_WITHOUT_PROFILE"},
        ),
        ({"purposes": ("accompagnement_social",)}, {"profiles": "PROFILE_WITHOUT_PURPOSE"}),
        ({"purposes": ("curiosite",)}, {"profiles": "PROFILE_WITHOUT_PURPOSE", "purposes": "PURPOSE_UNKNOWN"}),
        ({"ends_on": TODAY - timedelta(days=1)}, {"ends_on": "ENDS_BEFORE_START"}),
        ({"maximum_users": 0}, {"maximum_users": "NUMBER_OUT_OF_RANGE"}),
    ],
)
def test_the_terms_of_a_contract_are_checked(changes: dict[str, object], problems: dict[str, str]) -> None:
    extranets = MemoryRegister().store.extranets
    terms: ContractTerms = replace(TERMS, **changes)  # type: ignore[arg-type]
    assert why_terms_refused(terms, extranets.get(terms.extranet), CATALOGUE.purposes) == problems


@promise("partner:groups-have-a-profile-in-force")
def test_only_contracts_in_force_give_profiles() -> None:
    later = contract(profiles=("T3",), starts_on=TODAY + timedelta(days=1))
    suspended = contract(profiles=("T4",), state=ContractState.SUSPENDED)
    over = contract(profiles=("T5",), ends_on=TODAY - timedelta(days=1))
    assert profiles_in_force([contract(), later, suspended, over], TODAY) == ("T1", "T2")


@promise("partner:profile-for-oneself")
@pytest.mark.parametrize(
    ("user", "group", "held", "maximum", "error"),
    [
        (USER_1, GROUP, [], None, None),
        (
            User(
                id="u1",
                account_id="a1",
                organisation_id="o1",
                caf="921",
                person=PERSON,
                job_title="x",
                state=UserState.LOCKED,
            ),
            GROUP,
            [],
            None,
            UserNotActiveError,
        ),
        (
            User(
                id="u1",
                account_id="a1",
                organisation_id="o1",
                caf="921",
                person=PERSON,
                job_title="x",
                departs_on=TODAY - timedelta(days=1),
            ),
            GROUP,
            [],
            None,
            UserNotActiveError,
        ),
        (
            USER_1,
            Group(id="g1", organisation_id="o1", caf="921", name="Crèches", profile="T2", state="closed"),
            [],
            None,
            GroupClosedError,
        ),
        (USER_1, GROUP, [membership(USER_1)], None, AlreadyInGroupError),
        (USER_1, GROUP, [membership(USER_1, state=HabilitationState.WITHDRAWN)], None, None),
        (
            USER_1,
            Group(id="g5", organisation_id="o1", caf="921", name="Cantine", profile="T5"),
            [],
            None,
            ProfileNotInContractError,
        ),
        (
            USER_1,
            GROUP,
            [membership(User(id="u2", account_id="a2", organisation_id="o1", caf="921", person=PERSON, job_title="x"))],
            1,
            MaximumUsersReachedError,
        ),
        (
            USER_1,
            GROUP,
            [membership(USER_1, Group(id="g2", organisation_id="o1", caf="921", name="Social", profile="T1"))],
            1,
            None,
        ),
    ],
)
def test_an_assignment_is_allowed_or_refused(
    user: User, group: Group, held: list[Membership], maximum: int | None, error: type[ServiceError] | None
) -> None:
    contracts = [contract(maximum_users=maximum)]
    own = [one for one in held if one.user.id == user.id]
    others = len({one.user.id for one in held} - {user.id})

    def check() -> None:
        check_assignment(user, group, own, contracts, TODAY)
        check_seats(contracts, TODAY, lambda _contract: others)

    if error is None:
        check()
    else:
        with pytest.raises(error):
            check()


@pytest.mark.parametrize(
    ("state", "starts_on", "ends_on", "opens"),
    [
        (ConventionState.ACTIVE, TODAY, None, True),
        (ConventionState.DENOUNCED, TODAY, TODAY, True),
        (ConventionState.DENOUNCED, TODAY, TODAY - timedelta(days=1), False),
        (ConventionState.ACTIVE, TODAY + timedelta(days=1), None, False),
        (ConventionState.DRAFT, TODAY, None, False),
        (ConventionState.SUSPENDED, TODAY, None, False),
    ],
)
def test_a_convention_opens_only_while_it_lives(
    state: ConventionState, starts_on: date, ends_on: date | None, opens: bool
) -> None:
    assert (
        Convention(
            id="v",
            organisation_id="o",
            caf="921",
            organisation_name="Commune",
            reference="R",
            state=state,
            starts_on=starts_on,
            ends_on=ends_on,
            partner_signatory=NOBODY,
            caf_signatory=NOBODY,
        ).opens_on(TODAY)
        is opens
    )


def test_a_draft_convention_is_not_published_and_a_user_is_without_address() -> None:
    draft = Convention(
        id="v",
        organisation_id="o",
        caf="921",
        organisation_name="Commune",
        reference="R",
        state=ConventionState.DRAFT,
        starts_on=TODAY,
        ends_on=None,
        partner_signatory=NOBODY,
        caf_signatory=NOBODY,
    )
    assert published(draft) == ()
    (fact,) = published(USER_1)
    assert fact is not None
    assert fact.key == "user/u1"
    assert b"nanterre" not in fact.value
    assert b"directrice" not in fact.value


@promise("caf:days-count-to-the-last")
def test_a_day_is_a_french_day() -> None:
    assert french_day(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == TODAY


def test_a_command_that_fails_is_tried_again_twice_as_late_and_at_most_a_minute() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    command = AccountCommand(
        id="c",
        kind=CommandKind.CREATE,
        account_id="a",
        organisation_id="o",
        caf="921",
        requested_by="by",
        requested_at=now,
        next_attempt_at=now,
        content={"email": "x"},
    )
    delays = []
    for _ in range(9):
        command = command.failed("UNREACHABLE", now)
        delays.append((command.next_attempt_at - now).total_seconds())
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert command.content == {"email": "x"}


@promise("accounts:forget-when-done")
def test_a_finished_command_forgets_names_and_address() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    command = AccountCommand(
        id="c",
        kind=CommandKind.CREATE,
        account_id="a",
        organisation_id="o",
        caf="921",
        requested_by="by",
        requested_at=now,
        next_attempt_at=now,
        content={"email": "x"},
    )
    assert command.accepted("jd", mails_sent=True, now=now).content == {}
    assert command.accepted("jd", mails_sent=False, now=now).state is CommandState.SENT
    assert command.refused("ACCOUNT_ID_TAKEN", "7K4Q-2M9D").content == {}
