"""Profile and purpose are a pair: whatever the facts, the token and the question, only a fitting pair is granted."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rights.decision import Granted, Refused, decide, open_extranets, why_closed
from rights.facts import Fact, Grant, Purpose
from rights.field_table import FieldTable
from rights.snapshot import Snapshot
from tests.promises import promise
from tests.rights.builders import CAF, STARTS_ON, TODAY, the_commune, the_question

PROFILES = ("T1", "T2", "T3", "T4", "T5")
PURPOSES = ("creche_fee", "social_support", "housing", "follow_up")
TABLE = FieldTable("test-pairs", {profile: {"matricule": "full"} for profile in PROFILES})
FITS = st.fixed_dictionaries({code: st.sets(st.sampled_from(PROFILES)) for code in PURPOSES})


def _snapshot(fits: dict[str, set[str]], held: set[str], published: set[str]) -> Snapshot:
    """The crèche director holds these profiles under a contract for every profile and purpose."""
    commune = the_commune()
    commune = commune.changed("cdap", profiles=PROFILES, purposes=PURPOSES)
    commune = commune.changed("cdap_contract", profiles=PROFILES, purposes=PURPOSES)
    own = {"grant-3"}
    facts: list[Fact] = [fact for fact in commune.facts() if not isinstance(fact, Purpose) and fact.fact_id not in own]
    for profile in held:
        facts.append(
            Grant(
                id=f"grant-{profile}",
                user_id="user-3",
                contract_id="sc-cdap",
                profile=profile,
                state="active",
                starts_on=STARTS_ON,
                ends_on=None,
            )
        )
    facts += [Purpose(code, code, tuple(profiles)) for code, profiles in fits.items() if code in published]
    return Snapshot.of(facts)


def _wide_token() -> tuple[dict[str, object], ...]:
    """A token that names every pair: the facts alone decide."""
    detail: dict[str, Any] = {
        "type": "service_contract",
        "extranet": "cdap",
        "service_contract": "sc-cdap",
        "profiles": list(PROFILES),
        "territories": [CAF],
        "purposes": list(PURPOSES),
    }
    return (detail,)


@promise("rights:purpose-of-profile")
@given(FITS, st.sets(st.sampled_from(PROFILES), min_size=1), st.sets(st.sampled_from(PURPOSES)))
def test_a_consultation_is_granted_exactly_when_the_purpose_is_one_of_the_profile(
    fits: dict[str, set[str]], held: set[str], published: set[str]
) -> None:
    snapshot = _snapshot(fits, held, published)
    for purpose in PURPOSES:
        for profile in (*PROFILES, None):
            question = the_question(snapshot, profile=profile, purpose=purpose, token_details=_wide_token())
            answer = decide(snapshot, question, TABLE)
            fitting = (fits[purpose] & held) if purpose in published else set()
            expected = fitting if profile is None else fitting & {profile}
            assert isinstance(answer, Granted) == bool(expected), (profile, purpose, answer)
            if isinstance(answer, Granted):
                assert answer.profile in expected
            elif profile in held and purpose in published:
                assert answer.reason in {"PURPOSE_NOT_OF_PROFILE", "PROFILE_WITHOUT_PURPOSE"}


@given(FITS, st.sets(st.sampled_from(PROFILES), min_size=1))
def test_a_token_names_fitting_pairs_only_and_opens_all_of_them(fits: dict[str, set[str]], held: set[str]) -> None:
    snapshot = _snapshot(fits, held, set(PURPOSES))
    opened = open_extranets(snapshot, "account-creche-director", "org-commune", TODAY)
    named = {
        (profile, purpose)
        for extranet in opened
        if extranet.code == "cdap"
        for detail in extranet.authorization_details
        for profile in _texts(detail["profiles"])
        for purpose in _texts(detail["purposes"])
    }
    assert named == {(profile, purpose) for purpose, profiles in fits.items() for profile in profiles & held}
    if not named:
        closed = why_closed(snapshot, "account-creche-director", "org-commune", "cdap", TODAY)
        assert closed.reason == "PROFILE_WITHOUT_PURPOSE"


def test_a_purpose_that_a_reader_cannot_read_fits_no_profile() -> None:
    commune = the_commune()
    question = the_question(commune.snapshot())
    entries = dict(commune.snapshot().entries())
    entries["purpose/creche_fee"] = entries["purpose/creche_fee"].replace(b'"profiles"', b'"profils"')
    answer = decide(Snapshot.load(entries.items(), revision=1, epoch=1), question, TABLE)
    assert isinstance(answer, Refused)
    assert answer.reason == "PROFILE_WITHOUT_PURPOSE"


def test_with_two_profiles_the_other_ones_purpose_is_refused_by_name() -> None:
    commune = the_commune()
    both = replace(commune.social_worker_grant, id="grant-9", user_id="user-3")
    snapshot = commune.snapshot(more=[both])
    for profile, purpose in (("T1", "creche_fee"), ("T2", "social_support")):
        answer = decide(snapshot, the_question(snapshot, profile=profile, purpose=purpose), TABLE)
        assert answer == Refused("PURPOSE_NOT_OF_PROFILE", "purpose-is-of-profile-asked", snapshot.revision)


def _texts(value: object) -> list[str]:
    assert isinstance(value, list)
    return value
