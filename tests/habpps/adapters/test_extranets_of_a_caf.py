"""An extranet of one Caf: for the others it is not there; its Caf withdraws it, and it is open to nobody any more."""

from typing import Any

import pytest

from habpps.domain.authorship import Author
from habpps.domain.refusals import (
    ExtranetClosedError,
    FormRefusedError,
    RoleNotAllowedError,
    ThingChangedError,
    UnknownThingError,
)
from habpps.domain.service_contract import ContractTerms
from habpps.use_cases.change_opening import OpenContractToGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.withdraw_extranet import WithdrawExtranet
from rights.decision import open_extranets
from rights.snapshot import Snapshot
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import TODAY, Commune, Register921
from tests.habpps.possible_acts import own_extranet
from tests.promises import promise

EAJE = "calcul_participation_familiale_eaje"
WHY = "remplacé par CDAP"


def terms(code: str) -> ContractTerms:
    return ContractTerms(
        extranet=code, profiles=("T2",), purposes=(EAJE,), starts_on=TODAY, ends_on=None, maximum_users=None
    )


def opened(register: Register921, its: Commune) -> str:
    """The director enters the extranet of the Caf by a contract; gives its code."""
    code = own_extranet(register).code
    contract = register.acts.perform(register.caf, OpenServiceContract(its.id, terms(code))).value
    register.acts.perform(its.partner, OpenContractToGroup(its.group_id, contract))
    return code


def entered(register: Register921, account_id: str, organisation_id: str) -> set[str]:
    state, facts = register.feed.snapshot()
    snapshot = Snapshot.load(((one.key, one.value) for one in facts), revision=state.revision, epoch=1)
    return {one.code for one in open_extranets(snapshot, account_id, organisation_id, TODAY)}


def seen(register: Register921, author: Author) -> set[str]:
    return {one.code for one in register.acts.extranets.all(author)}


@promise("caf:own-extranets")
def test_for_the_other_cafs_it_is_not_there(register: Register921) -> None:
    two = register.landlord()
    code, other = own_extranet(register).code, register.agent("751")
    assert code in seen(register, register.caf)
    assert code not in seen(register, other)
    acts: tuple[Any, ...] = (WithdrawExtranet(code, WHY), WithdrawExtranet("nothing", WHY))
    for act in acts:
        with pytest.raises(UnknownThingError):
            register.acts.perform(other, act)
    with pytest.raises(UnknownThingError):
        register.acts.extranets.one(other, code)
    with pytest.raises(FormRefusedError):
        register.acts.perform(other, OpenServiceContract(two["751"].id, terms(code)))
    register.acts.perform(register.caf, OpenServiceContract(two["921"].id, terms(code)))
    assert [one.id for one, _contract in register.acts.extranets.one(register.caf, code).contracts] == [two["921"].id]


@promise("caf:own-extranets")
def test_a_national_one_is_withdrawn_by_no_caf(register: Register921) -> None:
    commune = register.ready()
    with pytest.raises(RoleNotAllowedError):
        register.acts.perform(register.caf, WithdrawExtranet("cdap", WHY))
    with pytest.raises(RoleNotAllowedError):
        register.acts.perform(commune.partner, WithdrawExtranet("cdap", WHY))
    with pytest.raises(RoleNotAllowedError):
        register.acts.extranets.all(commune.partner)


@promise("caf:a-withdrawn-extranet-opens-nothing")
def test_what_is_withdrawn_is_open_to_nobody_and_each_partner_reads_so(register: Register921) -> None:
    its = register.ready()
    code = opened(register, its)
    account_id = str(register.look(lambda store: store.users.get(its.user_id)).account_id)
    assert code in entered(register, account_id, its.id)
    act = WithdrawExtranet(code, WHY, register.acts.extranets.one(register.caf, code).version)
    effects = register.acts.preview(register.caf, act)
    assert (effects.losing, [one.extranet for one in effects.closes]) == (1, ["Local"])
    assert code in entered(register, account_id, its.id), "a preview does nothing"
    register.acts.perform(register.caf, act)
    assert entered(register, account_id, its.id) == {"cdap"}
    _one, (newest, *_), _total = register.acts.consult.journal(its.partner, its.id, Listing())
    assert (newest.act, newest.label, newest.reason) == ("habpps.extranet.withdrawn", "Local", WHY)
    register.relay()
    told = [one for one in register.accounts.pushed if one.kind.value == "notify" and one.account_id == account_id]
    assert "Local" in told[-1].content["closed"]
    with pytest.raises(ExtranetClosedError):
        register.acts.perform(register.caf, WithdrawExtranet(code, WHY))
    with pytest.raises(ThingChangedError):
        register.acts.perform(register.caf, act)
    with pytest.raises(FormRefusedError):
        register.acts.perform(register.caf, OpenServiceContract(its.id, terms(code)))


def test_the_pages_of_a_caf_list_show_and_withdraw_its_extranets(pages: Pages) -> None:
    everything = pages.habpps.all
    its = everything.ready()
    code = opened(everything, its)
    pages.author = everything.caf
    assert f"/extranets/{code}" in pages.get("/extranets")
    shown = pages.get(f"/extranets/{code}")
    assert "Commune de Nanterre" in shown
    assert "votre Caf seule" in shown
    asked = pages.get(f"/extranets/{code}/retirer")
    assert "1 personne perdra l'accès à Local." in asked.replace("\u00a0", " ").replace("\u2019", "'")
    pages.post(f"/extranets/{code}/retirer", 400)
    pages.post(f"/extranets/{code}/retirer", reason=WHY)
    shown = pages.get(f"/extranets/{code}")
    assert "Pas en service" in shown
    assert "/retirer" not in shown
    pages.get("/extranets/cdap/retirer", 403)
    pages.author = everything.agent("751")
    assert code not in pages.get("/extranets")
    pages.get(f"/extranets/{code}", 404)
    pages.author = its.partner
    pages.get("/extranets", 403)
