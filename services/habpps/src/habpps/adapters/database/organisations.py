"""Organisations, conventions, service contracts and extranets in tables."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from habpps.adapters.database import tables
from habpps.adapters.database.statements import contains, put, searchable
from habpps.domain.organisation import Convention, Organisation, Signatory
from habpps.domain.service_contract import Extranet, ServiceContract
from habpps.domain.states import ContractState, ConventionState
from habpps.domain.territory import Territory
from habpps.use_cases.people_ports import Listing

_organisation = tables.organisation.c
_convention = tables.convention.c
_contract = tables.service_contract.c


class SqlOrganisations:
    """Implements ports.Organisations."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, organisation_id: str) -> Organisation | None:
        """Return one."""
        statement = select(tables.organisation).where(_organisation.id == organisation_id)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _to_organisation(row)

    def with_siret(self, siret: str) -> Organisation | None:
        """Return the one with this SIRET."""
        statement = select(tables.organisation).where(_organisation.siret == siret)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _to_organisation(row)

    def partners_of(self, caf: str, listing: Listing) -> tuple[tuple[Organisation, ...], int]:
        """Return a page by name."""
        wanted = and_(_organisation.caf == caf, _organisation.kind == "partner")
        if listing.text.strip():
            wanted = and_(wanted, contains(_organisation.search, listing.text))
        if listing.state:
            newest = tables.convention.alias()
            states = select(newest.c.organisation_id).where(newest.c.state == listing.state)
            wanted = and_(wanted, _organisation.id.in_(states))
        total = self._connection.execute(select(func.count()).select_from(tables.organisation).where(wanted))
        page = (
            select(tables.organisation)
            .where(wanted)
            .order_by(_organisation.search, _organisation.id)
            .limit(listing.size)
            .offset((listing.page - 1) * listing.size)
        )
        return tuple(_to_organisation(row) for row in self._connection.execute(page)), total.scalar_one()

    def save(self, organisation: Organisation) -> None:
        """Add or replace."""
        row = {**asdict(organisation), "search": searchable(organisation.name, organisation.siret)}
        put(self._connection, tables.organisation, row)


class SqlConventions:
    """Implements ports.Conventions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, organisation_id: str) -> Convention | None:
        """Return the newest of an organisation."""
        wanted = select(tables.convention).where(_convention.organisation_id == organisation_id)
        row = self._connection.execute(wanted.order_by(_convention.id.desc()).limit(1)).one_or_none()
        return None if row is None else _to_convention(row)

    def notice_over(self, today: date) -> tuple[str, ...]:
        """Return the organisations whose denounced convention has passed its last day."""
        over = and_(_convention.state == ConventionState.DENOUNCED.value, _convention.ends_on < today)
        rows = self._connection.execute(select(_convention.organisation_id).where(over).order_by(_convention.id))
        return tuple(rows.scalars())

    def with_reference(self, caf: str, reference: str) -> Convention | None:
        """Return the one of a Caf with this reference."""
        wanted = and_(_convention.caf == caf, _convention.reference == reference)
        row = self._connection.execute(select(tables.convention).where(wanted)).one_or_none()
        return None if row is None else _to_convention(row)

    def save(self, convention: Convention) -> None:
        """Add or replace."""
        partner, caf = convention.partner_signatory, convention.caf_signatory
        row = {
            "id": convention.id,
            "organisation_id": convention.organisation_id,
            "caf": convention.caf,
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
        put(self._connection, tables.convention, row)


class SqlServiceContracts:
    """Implements ports.ServiceContracts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, contract_id: str) -> ServiceContract | None:
        """Return one."""
        statement = select(tables.service_contract).where(_contract.id == contract_id)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _to_contract(row)

    def of(self, organisation_id: str) -> tuple[ServiceContract, ...]:
        """Return those of an organisation, in the order of creation."""
        wanted = select(tables.service_contract).where(_contract.organisation_id == organisation_id)
        return tuple(_to_contract(row) for row in self._connection.execute(wanted.order_by(_contract.id)))

    def over(self, today: date) -> tuple[str, ...]:
        """Return those that are not ended although their last day has passed."""
        over = and_(_contract.state != ContractState.ENDED.value, _contract.ends_on < today)
        return tuple(self._connection.execute(select(_contract.id).where(over).order_by(_contract.id)).scalars())

    def save(self, contract: ServiceContract) -> None:
        """Add or replace."""
        put(self._connection, tables.service_contract, {**asdict(contract), "state": contract.state.value})


class SqlTerritories:
    """Implements ports.Territories."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, territory_id: str) -> Territory | None:
        """Return one."""
        statement = select(tables.territory).where(tables.territory.c.id == territory_id)
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else Territory(**row)

    def of(self, organisation_id: str) -> tuple[Territory, ...]:
        """Return those of an organisation's contracts, in the order of creation."""
        wanted = select(tables.territory).where(tables.territory.c.organisation_id == organisation_id)
        rows = self._connection.execute(wanted.order_by(tables.territory.c.id)).mappings()
        return tuple(Territory(**row) for row in rows)

    def save(self, territory: Territory) -> None:
        """Add or replace."""
        put(self._connection, tables.territory, asdict(territory))


class SqlExtranets:
    """Implements ports.Extranets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, code: str) -> Extranet | None:
        """Return one."""
        statement = select(tables.extranet).where(tables.extranet.c.code == code)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _to_extranet(row)

    def all(self) -> tuple[Extranet, ...]:
        """Return all, by label."""
        statement = select(tables.extranet).order_by(tables.extranet.c.label, tables.extranet.c.code)
        return tuple(_to_extranet(row) for row in self._connection.execute(statement))

    def save(self, extranet: Extranet) -> None:
        """Add or replace."""
        put(self._connection, tables.extranet, asdict(extranet))


def _to_organisation(row: Row[Any]) -> Organisation:
    return Organisation(id=row.id, siret=row.siret, name=row.name, caf=row.caf, kind=row.kind, state=row.state)


def _to_convention(row: Row[Any]) -> Convention:
    return Convention(
        id=row.id,
        organisation_id=row.organisation_id,
        caf=row.caf,
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
        label=row.label,
        url=row.url,
        profiles=tuple(row.profiles),
        purposes=tuple(row.purposes),
        enabled=row.enabled,
        kind=row.kind,
    )
