"""Organisations, their papers and the registry of extranets in memory, as far as a reach goes."""

import unicodedata
from copy import copy
from dataclasses import replace
from datetime import date
from typing import Any

from habpps.domain.organisation import Convention, Organisation
from habpps.domain.reach import EVERYWHERE, OutOfReachError, Reach
from habpps.domain.refusals import UnknownThingError
from habpps.domain.service_contract import Extranet, ServiceContract
from habpps.domain.states import ContractState, ConventionState
from habpps.domain.territory import Territory
from habpps.use_cases.people_ports import Listing
from tests.habpps.rows import Rows


def plain(*texts: str) -> str:
    folded = unicodedata.normalize("NFKD", " ".join(texts)).casefold()
    return "".join(character for character in folded if not unicodedata.combining(character))


def part(rows: tuple[Any, ...], listing: Listing) -> tuple[tuple[Any, ...], int]:
    start = (listing.page - 1) * listing.size
    return rows[start : start + listing.size], len(rows)


class InMemoryOrganisations(Rows[Organisation]):
    def __init__(self, conventions: "InMemoryConventions") -> None:
        super().__init__()
        self.conventions = conventions

    def is_seen(self, row: Any) -> bool:
        return True

    def get(self, organisation_id: str) -> Organisation | None:
        row = self.rows.get(organisation_id)
        if row is None or self.reach.caf is None or (row.kind == "caf" and self.reach.holds(row.id, row.caf)):
            return row
        convention = self.conventions.of(organisation_id)
        if convention is None or row.kind == "caf":
            raise UnknownThingError("organisation", true_reason="OTHER_ORGANISATION")
        return replace(row, name=convention.organisation_name)

    def with_siret(self, siret: str) -> Organisation | None:
        return next(iter(self.everywhere(lambda row: row.siret == siret)), None)

    def partners(self, listing: Listing) -> tuple[tuple[Organisation, ...], int]:
        words, caf = plain(listing.text).split(), self.reach.one_caf()
        newest = [self.conventions.of(key) for key in {row.organisation_id for row in self.conventions.rows.values()}]
        found = []
        for one in newest:
            if one is None or one.caf != caf or (listing.state and one.state.value != listing.state):
                continue
            row = replace(self.rows[one.organisation_id], name=one.organisation_name)
            if all(word in plain(row.name, row.siret) for word in words):
                found.append(row)
        return part(tuple(sorted(found, key=lambda row: (plain(row.name), row.siret))), listing)


class InMemoryConventions(Rows[Convention]):
    def of(self, organisation_id: str) -> Convention | None:
        return next(reversed(self.pair(organisation_id)), None)

    def notice_over(self, today: date) -> tuple[tuple[str, str], ...]:
        late = self.where(lambda row: row.state is ConventionState.DENOUNCED and (row.ends_on or today) < today)
        return tuple((row.organisation_id, row.caf) for row in late)

    def names_of(self, organisation_id: str) -> tuple[str, ...]:
        alive = self.everywhere(lambda row: row.organisation_id == organisation_id and not row.is_over)
        return tuple(row.organisation_name for row in alive)

    def with_reference(self, reference: str) -> Convention | None:
        found = self.where(lambda row: (row.caf, row.reference) == (self.reach.one_caf(), reference))
        return next(iter(found), None)


class InMemoryServiceContracts(Rows[ServiceContract]):
    kind = "service contract"

    def over(self, today: date) -> tuple[tuple[str, str], ...]:
        late = self.where(lambda row: row.state is not ContractState.ENDED and (row.ends_on or today) < today)
        return tuple((row.id, row.caf) for row in late)

    def of(self, organisation_id: str) -> tuple[ServiceContract, ...]:
        return self.pair(organisation_id)

    def for_extranet(self, code: str) -> tuple[ServiceContract, ...]:
        return self.where(lambda row: row.extranet == code and row.state is not ContractState.ENDED)


class InMemoryTerritories(Rows[Territory]):
    """Within reach with their contract."""

    kind = "territory"

    def __init__(self, contracts: InMemoryServiceContracts) -> None:
        super().__init__()
        self.contracts = contracts

    def is_seen(self, row: Any) -> bool:
        contract = self.contracts.rows[row.contract_id]
        return self.reach.holds(contract.organisation_id, contract.caf)

    def of(self, organisation_id: str) -> tuple[Territory, ...]:
        return self.pair(organisation_id)


class InMemoryExtranets:
    def __init__(self) -> None:
        self.rows: dict[str, Extranet] = {}
        self.reach = EVERYWHERE

    def within(self, reach: Reach) -> "InMemoryExtranets":
        narrower = copy(self)
        narrower.reach = reach
        return narrower

    def get(self, code: str) -> Extranet | None:
        return next((row for row in self.all() if row.code == code), None)

    def all(self) -> tuple[Extranet, ...]:
        caf = self.reach.caf
        offered = [row for row in self.rows.values() if caf is None or row.owner in ("national", caf)]
        return tuple(sorted(offered, key=lambda row: (row.label, row.code)))

    def save(self, *extranets: Extranet) -> None:
        for extranet in extranets:
            if self.reach.caf not in (None, extranet.owner):
                raise OutOfReachError(extranet.code)
            known = self.rows.get(extranet.code)
            self.rows[extranet.code] = replace(extranet, changes=known.changes + 1 if known else 0)
