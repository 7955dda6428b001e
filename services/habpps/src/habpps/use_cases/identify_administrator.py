"""A token says who somebody is; the register says what they administer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from habpps.domain.authorship import Author
from habpps.domain.people import Role
from habpps.domain.refusals import RoleNotConfirmedError
from habpps.use_cases.acting_administrators import may_act
from habpps.use_cases.ports import Repositories
from partnerkit.days import french_day
from servicekit.audit_events import NATIONAL, AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock

ROLES_OF_HABPPS = (Role.CAF_ADMINISTRATOR, Role.PARTNER_ADMINISTRATOR)


class IdentifyAdministrator:
    """Confirms the role that a token names. The token narrows, the register decides."""

    def __init__(self, work: RecordedWork[Repositories], clock: Clock) -> None:
        """Keep the unit of work: a refusal is recorded."""
        self._work = work
        self._clock = clock

    def __call__(self, account_id: str, organisation_id: str, details: Sequence[Mapping[str, Any]]) -> Author:
        """Return the author behind a verified token and its `authorization_details` (RFC 9396).

        Raises:
            RoleNotConfirmedError: the token names no role of habpps, or the register does not confirm it.
        """
        roles = {
            detail.get("role")
            for detail in details
            if detail.get("type") == "administration"
            and detail.get("extranet") == "habpps"
            and detail.get("organisation") == organisation_id
        }
        today = french_day(self._clock.now())
        author = self._work.read(lambda store: _author(store, account_id, organisation_id, roles, today))
        if author is not None:
            return author
        event = AuditEvent(
            type="habpps.administration.refused",
            decision="refused",
            policy="buffered",
            owner=self._work.read(lambda store: _owner(store, organisation_id)),
            actor_id=account_id,
            organisation_id=organisation_id,
            subject=None,
            reason=RoleNotConfirmedError.reason,
            payload={"roles_in_token": sorted(str(role) for role in roles)},
            occurred_at=self._clock.now(),
        )
        self._work.record(lambda _store: Outcome(None, (event,)))
        raise RoleNotConfirmedError(f"account {account_id} administers nothing here")

    def helpers_of(self, account_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the other administrators of a person's organisations who may act, and the codes of their Cafs."""
        today = french_day(self._clock.now())
        return self._work.read(lambda store: _helpers(store, account_id, today)) if account_id else ((), ())


def _helpers(store: Repositories, account_id: str, today: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = {one.organisation_id for one in store.users.with_account(account_id)}
    known |= {one.organisation_id for one in store.administrators.with_account(account_id)}
    organisations = [store.organisations.get(one) for one in known]
    found = [one for one in organisations if one is not None]
    names = {
        each.person.display_name
        for one in found
        for each in store.administrators.of(one.id)
        if each.account_id != account_id and may_act(store, each, today)
    }
    return tuple(sorted(names)), tuple(sorted({one.caf for one in found if one.kind != "caf"}))


def _owner(store: Repositories, organisation_id: str) -> str:
    organisation = store.organisations.get(organisation_id)
    return NATIONAL if organisation is None else organisation.caf


def _author(store: Repositories, account_id: str, organisation_id: str, roles: set[Any], today: date) -> Author | None:
    organisation = store.organisations.get(organisation_id)
    if organisation is None or organisation.state != "active":
        return None
    for role in ROLES_OF_HABPPS:
        for one in store.administrators.with_account(account_id):
            is_meant = one.role is role and one.organisation_id == organisation_id and role.value in roles
            if is_meant and may_act(store, one, today):
                name = one.person.display_name
                return Author(
                    administrator_id=one.id,
                    account_id=account_id,
                    display_name=name,
                    organisation_id=organisation_id,
                    role=role,
                    caf=organisation.caf,
                )
    return None
