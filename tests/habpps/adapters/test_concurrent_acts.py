"""Acts at the same time: no revision is lost or used twice, and the same thing is not made twice."""

from concurrent.futures import ThreadPoolExecutor

from habpps.domain.invitations import InvitationState
from habpps.domain.people import person_typed
from habpps.domain.refusals import GroupNameTakenError, LastAdministratorError
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.invite_person import InviteUser, WithdrawInvitation
from habpps.use_cases.manage_groups import CreateGroup
from rights.snapshot import Snapshot
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.builders import OTHER_SIRET
from tests.habpps.direct_acts import CreateUser
from tests.promises import promise


@promise("caf-admin:one-history")
def test_acts_at_the_same_time_leave_a_chain_without_gap(habpps: Habpps) -> None:
    commune = habpps.all.ready()
    before = habpps.all.feed.state().revision

    def create(number: int) -> int:
        person = person_typed("Ali", "Marchand", f"ali{number}@n.example")
        return habpps.all.acts.perform(commune.partner, CreateUser(person, "agent")).revision

    with ThreadPoolExecutor(6) as pool:
        revisions = sorted(pool.map(create, range(12)))
    assert revisions == list(range(before + 1, before + 13))
    state, facts = habpps.all.feed.snapshot()
    entries = ((fact.key, fact.value) for fact in facts)
    assert Snapshot.load(entries, revision=state.revision, epoch=1).digest == state.digest


@promise("partner:last-administrator-stays")
def test_of_two_administrators_withdrawn_at_the_same_time_one_stays(habpps: Habpps) -> None:
    commune = habpps.all.ready()
    second = habpps.all.partner(commune.id, person_typed("Paul", "Autre", "paul@n.example"))

    def withdraw(administrator_id: str) -> str:
        try:
            habpps.all.acts.perform(habpps.all.caf, WithdrawAdministrator(administrator_id, "mutation"))
        except LastAdministratorError:
            return "refused"
        return "withdrawn"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(withdraw, [commune.partner.administrator_id, second.administrator_id]))
    assert results == ["refused", "withdrawn"]


@promise("person:one-account-across-organisations")
def test_two_organisations_that_invite_somebody_at_the_same_time_make_one_account(habpps: Habpps) -> None:
    """The acts at once, and then the relays of several copies of the service at once."""
    here = habpps.all.ready()
    other = habpps.all.organisation(siret=OTHER_SIRET, reference="B", name="CCAS")
    there = habpps.all.partner(other, person_typed("Noa", "Blanc", "noa@a.example"))
    habpps.all.relay()
    act = InviteUser(person_typed("Lou", "Roy", "lou@n.example"), "agent")
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(lambda author: habpps.all.acts.perform(author, act).value, (here.partner, there)))
        for relayed in [pool.submit(habpps.all.relay) for _ in range(4)]:
            relayed.result()
    found = [habpps.all.work.read(lambda store, key=key: store.invitations.get(key)) for key in keys]  # type: ignore[misc]
    (account_id,) = {one.way.account_id for one in found if one is not None}
    assert {one.way.by_sign_in for one in found if one is not None} == {True}
    assert habpps.all.answers.first_sign_in(account_id) == 2


def test_an_invitation_that_is_withdrawn_while_it_is_sent_stays_withdrawn(habpps: Habpps) -> None:
    commune = habpps.all.ready()
    habpps.all.relay()
    for number in range(6):
        act = InviteUser(person_typed("Lou", "Roy", f"lou{number}@n.example"), "agent")
        key = habpps.all.acts.perform(commune.partner, act).value
        with ThreadPoolExecutor(2) as pool:
            sent = pool.submit(habpps.all.relay)
            pool.submit(habpps.all.acts.perform, commune.partner, WithdrawInvitation(key)).result()
            sent.result()
        found = habpps.all.work.read(lambda store, key=key: store.invitations.get(key))  # type: ignore[misc]
        assert found is not None
        assert found.state is InvitationState.WITHDRAWN


def test_of_two_equal_groups_at_the_same_time_one_is_refused(habpps: Habpps) -> None:
    commune = habpps.all.ready()

    def create(_number: int) -> str:
        try:
            habpps.all.acts.perform(commune.partner, CreateGroup("Service social", "T1"))
        except GroupNameTakenError:
            return "refused"
        return "created"

    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(create, range(4)))
    assert results == ["created", "refused", "refused", "refused"]
