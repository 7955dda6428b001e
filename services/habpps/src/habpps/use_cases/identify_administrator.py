"""A token says who somebody is; the register says what they administer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from habpps.domain.authorship import Author
from habpps.domain.people import Administrator, Role, User
from habpps.domain.reach import Reach
from habpps.domain.refusals import RoleNotConfirmedError
from habpps.use_cases.acting_administrators import may_act
from habpps.use_cases.ports import Repositories
from habpps.use_cases.record_act import way_of
from partnerkit.days import french_day
from servicekit.audit_events import NATIONAL, AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.event_form import is_owner

ROLES_OF_HABPPS = (Role.CAF_ADMINISTRATOR, Role.PARTNER_ADMINISTRATOR)


class IdentifyAdministrator:
    """Confirms the role that a token names. The token narrows, the register decides."""

    def __init__(self, work: RecordedWork[Repositories], clock: Clock) -> None:
        """Keep the unit of work: a refusal is recorded."""
        self._work = work
        self._clock = clock

    def __call__(
        self,
        account_id: str,
        organisation_id: str,
        details: Sequence[Mapping[str, Any]],
        *,
        wanted: str = "",
        client_id: str = "",
    ) -> Author:
        """Return the author behind a verified token and its `authorization_details` (RFC 9396).

        Who administers a partner for several Cafs acts for one at a time: for the Caf `wanted`, else for the first.
        `client_id`: the program through which they act.

        Raises:
            RoleNotConfirmedError: the token names no role of habpps, or the register does not confirm it.
        """
        named = {
            (str(detail.get("role")), str(detail.get("caf")))
            for detail in details
            if detail.get("type") == "administration"
            and detail.get("extranet") == "habpps"
            and detail.get("organisation") == organisation_id
        }
        today = french_day(self._clock.now())
        authors = self._work.read(lambda store: _authors(store, account_id, organisation_id, named, today))
        if authors:
            return next((one for one in authors if one.caf == wanted), authors[0])
        self._record_refusal(account_id, organisation_id, named, client_id)
        raise RoleNotConfirmedError(f"account {account_id} administers nothing here")

    def _record_refusal(
        self, account_id: str, organisation_id: str, named: set[tuple[str, str]], client_id: str
    ) -> None:
        roles, cafs = sorted({role for role, _ in named}), {caf for _, caf in named}
        event = AuditEvent(
            type="habpps.administration.refused",
            decision="refused",
            policy="buffered",
            owner=self._work.read(lambda store: _owner(store, organisation_id, cafs)),
            actor_id=account_id,
            organisation_id=organisation_id,
            subject=None,
            reason=RoleNotConfirmedError.reason,
            payload={"roles_in_token": roles, **way_of(client_id)},
            occurred_at=self._clock.now(),
        )
        self._work.record(lambda _store: Outcome(None, (event,)))

    def helpers_of(self, account_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the other administrators who may act where a person belongs, and the codes of these Cafs."""
        today = french_day(self._clock.now())
        return self._work.read(lambda store: _helpers(store, account_id, today)) if account_id else ((), ())


def _helpers(store: Repositories, account_id: str, today: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    people: list[User | Administrator] = [*store.everywhere.users(account_id)]
    people.extend(store.everywhere.administrators(account_id))
    names: set[str] = set()
    cafs: set[str] = set()
    for organisation_id, caf in {(one.organisation_id, one.caf) for one in people}:
        near = store.within(Reach(caf, organisation_id))
        organisation = store.organisations.get(organisation_id)
        cafs |= {caf} if organisation is not None and organisation.kind != "caf" else set()
        others = [one for one in near.administrators.of(organisation_id) if one.account_id != account_id]
        names |= {one.person.display_name for one in others if may_act(near, one, today)}
    return tuple(sorted(names)), tuple(sorted(cafs))


def _owner(store: Repositories, organisation_id: str, cafs: set[str]) -> str:
    """The only Caf that the token names for the organisation, else that of a Caf's own organisation."""
    organisation = store.organisations.get(organisation_id)
    if organisation is not None and organisation.kind == "caf":
        return organisation.caf
    caf = next(iter(cafs)) if organisation is not None and len(cafs) == 1 else ""
    return caf if is_owner(caf) else NATIONAL


def _authors(
    store: Repositories, account_id: str, organisation_id: str, named: set[tuple[str, str]], today: date
) -> list[Author]:
    """For whom the person may act, in the order of the roles, then of the Cafs; each knows of the others."""
    organisation = store.organisations.get(organisation_id)
    if organisation is None or organisation.state != "active":
        return []
    found = [
        one
        for one in store.everywhere.administrators(account_id)
        if one.organisation_id == organisation_id
        and one.role in ROLES_OF_HABPPS
        and (one.role.value, one.caf) in named
        and may_act(store, one, today)
    ]
    found.sort(key=lambda one: (ROLES_OF_HABPPS.index(one.role), one.caf))
    cafs = tuple(dict.fromkeys(one.caf for one in found))
    return [
        Author(
            administrator_id=one.id,
            account_id=account_id,
            display_name=one.person.display_name,
            organisation_id=organisation_id,
            role=one.role,
            caf=one.caf,
            cafs=cafs,
        )
        for one in found
    ]
