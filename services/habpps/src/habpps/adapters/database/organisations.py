"""Organisations, conventions, service contracts and extranets in tables."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true

from habpps.adapters.database import tables
from habpps.adapters.database.statements import contains, put, searchable, words_of
from habpps.adapters.database.within import Within
from habpps.domain.organisation import Convention, Organisation, Signatory
from habpps.domain.reach import OutOfReachError, Reach
from habpps.domain.refusals import UnknownThingError
from habpps.domain.service_contract import Extranet, ServiceContract
from habpps.domain.states import CONVENTION_OVER, ContractState, ConventionState
from habpps.domain.territory import Territory
from habpps.use_cases.people_ports import Listing
from rights.facts import NATIONAL

_organisation = tables.organisation.c
_convention = tables.convention.c
_contract = tables.service_contract.c


class SqlOrganisations(Within):
    """Implements ports.Organisations: an organisation is there once, and within reach through its conventions."""

    def get(self, organisation_id: str) -> Organisation | None:
        """Return one."""
        statement = select(tables.organisation).where(_organisation.id == organisation_id)
        row = self._connection.execute(statement).one_or_none()
        if row is None or self._reach.caf is None:
            return None if row is None else _to_organisation(row)
        if row.kind == "caf" and self._reach.holds(row.id, row.caf):
            return _to_organisation(row)
        bound = select(_convention.organisation_name).where(self._pair(tables.convention, organisation_id))
        name = self._connection.execute(bound.order_by(_convention.id.desc()).limit(1)).scalar_one_or_none()
        if name is None or row.kind == "caf":
            raise UnknownThingError("organisation", true_reason="OTHER_ORGANISATION")
        return _to_organisation(row, name)

    def with_siret(self, siret: str) -> Organisation | None:
        """Return the one with this SIRET."""
        statement = select(tables.organisation).where(_organisation.siret == siret)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _to_organisation(row)

    def partners(self, listing: Listing) -> tuple[tuple[Organisation, ...], int]:
        """Return a page by name."""
        later = tables.convention.alias()
        newest = select(func.max(later.c.id)).where(later.c.caf == self._reach.one_caf())
        newest = newest.group_by(later.c.organisation_id)
        wanted = and_(self._seen(tables.convention), _convention.id.in_(newest))
        for word in words_of(listing.text):
            wanted = and_(wanted, or_(contains(_convention.search, word), contains(_organisation.siret, word)))
        if listing.state:
            wanted = and_(wanted, _convention.state == listing.state)
        bound = tables.convention.join(tables.organisation, _organisation.id == _convention.organisation_id)
        total = self._connection.execute(select(func.count()).select_from(bound).where(wanted)).scalar_one()
        page = (
            select(tables.organisation, _convention.organisation_name)
            .select_from(bound)
            .where(wanted)
            .order_by(_convention.search, _organisation.siret)
            .limit(listing.size)
            .offset((listing.page - 1) * listing.size)
        )
        rows = self._connection.execute(page)
        return tuple(_to_organisation(row, row.organisation_name) for row in rows), total

    def save(self, *organisations: Organisation) -> None:
        """Add or replace."""
        put(self._connection, tables.organisation, *map(asdict, organisations))


class SqlConventions(Within):
    """Implements ports.Conventions."""

    def of(self, organisation_id: str) -> Convention | None:
        """Return the newest of an organisation."""
        wanted = select(tables.convention).where(self._pair(tables.convention, organisation_id))
        row = self._connection.execute(wanted.order_by(_convention.id.desc()).limit(1)).one_or_none()
        return None if row is None else _to_convention(row)

    def notice_over(self, today: date) -> tuple[tuple[str, str], ...]:
        """Return the organisations, each with the Caf, whose denounced convention has passed its last day."""
        late = and_(_convention.state == ConventionState.DENOUNCED.value, _convention.ends_on < today)
        statement = select(_convention.organisation_id, _convention.caf).where(late, self._seen(tables.convention))
        rows = self._connection.execute(statement.order_by(_convention.id))
        return tuple((row.organisation_id, row.caf) for row in rows)

    def names_of(self, organisation_id: str) -> tuple[str, ...]:
        """Return how the conventions with every Caf that are not over name an organisation, oldest first."""
        alive = and_(_convention.organisation_id == organisation_id, _convention.state.not_in(sorted(CONVENTION_OVER)))
        statement = select(_convention.organisation_name).where(alive).order_by(_convention.id)
        return tuple(self._connection.execute(statement).scalars())

    def with_reference(self, reference: str) -> Convention | None:
        """Return the one of the Caf with this reference."""
        wanted = and_(_convention.caf == self._reach.one_caf(), _convention.reference == reference)
        row = self._connection.execute(select(tables.convention).where(wanted)).one_or_none()
        return None if row is None else _to_convention(row)

    def save(self, *conventions: Convention) -> None:
        """Add or replace."""
        self._put(tables.convention, *map(_of_convention, conventions))


class SqlServiceContracts(Within):
    """Implements ports.ServiceContracts."""

    def get(self, contract_id: str) -> ServiceContract | None:
        """Return one."""
        row = self._one(tables.service_contract, contract_id, "service contract")
        return None if row is None else _to_contract(row)

    def of(self, organisation_id: str) -> tuple[ServiceContract, ...]:
        """Return those of an organisation, in the order of creation."""
        wanted = select(tables.service_contract).where(self._pair(tables.service_contract, organisation_id))
        return tuple(_to_contract(row) for row in self._connection.execute(wanted.order_by(_contract.id)))

    def for_extranet(self, code: str) -> tuple[ServiceContract, ...]:
        """Return those of every organisation within reach that open an extranet and are not ended, oldest first."""
        opens = and_(_contract.extranet == code, _contract.state != ContractState.ENDED.value)
        wanted = select(tables.service_contract).where(opens, self._seen(tables.service_contract))
        return tuple(_to_contract(row) for row in self._connection.execute(wanted.order_by(_contract.id)))

    def over(self, today: date) -> tuple[tuple[str, str], ...]:
        """Return those that are not ended although their last day has passed, each with its Caf."""
        late = and_(_contract.state != ContractState.ENDED.value, _contract.ends_on < today)
        statement = select(_contract.id, _contract.caf).where(late, self._seen(tables.service_contract))
        return tuple((row.id, row.caf) for row in self._connection.execute(statement.order_by(_contract.id)))

    def save(self, *contracts: ServiceContract) -> None:
        """Add or replace."""
        self._put(tables.service_contract, *({**asdict(one), "state": one.state.value} for one in contracts))


class SqlTerritories(Within):
    """Implements ports.Territories: an extension is within reach with its contract; its `caf` is another one."""

    def get(self, territory_id: str) -> Territory | None:
        """Return one."""
        statement = select(tables.territory).where(tables.territory.c.id == territory_id)
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is not None:
            self._one(tables.service_contract, row["contract_id"], "territory")
        return None if row is None else Territory(**row)

    def of(self, organisation_id: str) -> tuple[Territory, ...]:
        """Return those of an organisation's contracts, in the order of creation."""
        contracts = select(_contract.id).where(self._pair(tables.service_contract, organisation_id))
        wanted = select(tables.territory).where(tables.territory.c.contract_id.in_(contracts))
        rows = self._connection.execute(wanted.order_by(tables.territory.c.id)).mappings()
        return tuple(Territory(**row) for row in rows)

    def save(self, *territories: Territory) -> None:
        """Add or replace."""
        for contract_id in {one.contract_id for one in territories}:
            if self._one(tables.service_contract, contract_id, "service contract") is None:
                raise OutOfReachError(f"an extension of no contract: {contract_id}")
        put(self._connection, tables.territory, *map(asdict, territories))


class SqlExtranets:
    """Implements ports.Extranets."""

    def __init__(self, connection: Connection, reach: Reach) -> None:
        self._connection = connection
        self._reach = reach

    def get(self, code: str) -> Extranet | None:
        """Return one."""
        statement = select(tables.extranet).where(tables.extranet.c.code == code, self._offered())
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _to_extranet(row)

    def all(self) -> tuple[Extranet, ...]:
        """Return all, by label."""
        in_order = (tables.extranet.c.label, tables.extranet.c.code)
        statement = select(tables.extranet).where(self._offered()).order_by(*in_order)
        return tuple(_to_extranet(row) for row in self._connection.execute(statement))

    def save(self, *extranets: Extranet) -> None:
        """Add or replace."""
        for one in extranets:
            if self._reach.caf not in (None, one.owner):
                raise OutOfReachError(f"the extranet {one.code} is not of this Caf")
        put(self._connection, tables.extranet, *map(asdict, extranets))

    def _offered(self) -> ColumnElement[bool]:
        caf = self._reach.caf
        return true() if caf is None else tables.extranet.c.owner.in_([NATIONAL, caf])


def _of_convention(convention: Convention) -> dict[str, Any]:
    partner, caf = convention.partner_signatory, convention.caf_signatory
    return {
        "id": convention.id,
        "organisation_id": convention.organisation_id,
        "caf": convention.caf,
        "organisation_name": convention.organisation_name,
        "contact": convention.contact,
        "search": searchable(convention.organisation_name),
        "reference": convention.reference,
        "state": convention.state.value,
        "starts_on": convention.starts_on,
        "ends_on": convention.ends_on,
        "partner_name": partner.name,
        "partner_capacity": partner.capacity,
        "partner_signed_on": partner.signed_on,
        "caf_name": caf.name,
        "caf_capacity": caf.capacity,
        "caf_signed_on": caf.signed_on,
    }


def _to_organisation(row: Row[Any], name: str = "") -> Organisation:
    return Organisation(id=row.id, siret=row.siret, name=name or row.name, caf=row.caf, kind=row.kind, state=row.state)


def _to_convention(row: Row[Any]) -> Convention:
    return Convention(
        id=row.id,
        organisation_id=row.organisation_id,
        caf=row.caf,
        organisation_name=row.organisation_name,
        contact=row.contact,
        reference=row.reference,
        state=ConventionState(row.state),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        partner_signatory=Signatory(row.partner_name, row.partner_capacity, row.partner_signed_on),
        caf_signatory=Signatory(row.caf_name, row.caf_capacity, row.caf_signed_on),
        changes=row.changes,
    )


def _to_contract(row: Row[Any]) -> ServiceContract:
    return ServiceContract(
        id=row.id,
        organisation_id=row.organisation_id,
        caf=row.caf,
        convention_id=row.convention_id,
        extranet=row.extranet,
        profiles=tuple(row.profiles),
        purposes=tuple(row.purposes),
        state=ContractState(row.state),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        maximum_users=row.maximum_users,
        changes=row.changes,
    )


def _to_extranet(row: Row[Any]) -> Extranet:
    return Extranet(
        code=row.code,
        owner=row.owner,
        label=row.label,
        url=row.url,
        profiles=tuple(row.profiles),
        purposes=tuple(row.purposes),
        enabled=row.enabled,
        kind=row.kind,
        changes=row.changes,
    )
