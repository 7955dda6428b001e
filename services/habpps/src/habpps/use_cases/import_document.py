"""A file of organisations as values. Its shape is checked whole before anything is written; README.md describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from habpps.domain.organisation import Signatory
from habpps.domain.people import Person, Role, person_typed, why_person_refused
from habpps.domain.refusals import ImportRefusedError
from habpps.domain.service_contract import ContractTerms
from habpps.use_cases.create_organisation import CreateOrganisation
from partnerkit.days import InvalidDayError, iso_day
from partnerkit.text import clean_line

_DAY_PROBLEMS = {
    "DATE_MALFORMED": "a date YYYY-MM-DD that exists was expected",
    "DATE_YEAR": "a year from 1900 to 2100 was expected",
}


@dataclass(frozen=True)
class ImportedPerson:
    """Somebody; with `account_id` the account exists already and no mail is sent."""

    path: str
    person: Person
    account_id: str
    role: Role
    job_title: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class ImportedGroup:
    """A group."""

    path: str
    name: str
    profile: str


@dataclass(frozen=True)
class ImportedContract:
    """A service contract."""

    path: str
    terms: ContractTerms


@dataclass(frozen=True)
class ImportedCaf:
    """A Caf and its agents."""

    path: str
    code: str
    siret: str
    agents: tuple[ImportedPerson, ...]


@dataclass(frozen=True, kw_only=True)
class ImportedOrganisation:
    """A partner with everything that hangs on it."""

    path: str
    caf: str
    request: CreateOrganisation
    contracts: tuple[ImportedContract, ...]
    administrators: tuple[ImportedPerson, ...]
    groups: tuple[ImportedGroup, ...]
    users: tuple[ImportedPerson, ...]


@dataclass(frozen=True)
class ImportDocument:
    """The whole file."""

    cafs: tuple[ImportedCaf, ...]
    organisations: tuple[ImportedOrganisation, ...]


class _Item:
    """An object of the file: reads its members and notes each problem under its path."""

    def __init__(self, path: str, value: Any, problems: dict[str, str]) -> None:
        self.path = path
        self.problems = problems
        self._members: Mapping[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            problems[path or "$"] = "an object was expected"

    def known(self, *names: str) -> "_Item":
        for name in self._members.keys() - set(names):
            self.problems[self.at(name)] = "unknown member"
        return self

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str, default: str | None = None) -> str:
        value = self._members.get(name, default)
        if not isinstance(value, str):
            self.problems[self.at(name)] = "a text was expected"
            return ""
        return clean_line(value)

    def address(self, name: str) -> str:
        """A text that is refused rather than cleaned: `person_typed` looks at it."""
        value = self._members.get(name)
        if not isinstance(value, str):
            self.problems[self.at(name)] = "a text was expected"
            return ""
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._members.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.problems[self.at(name)] = "a list of texts was expected"
            return ()
        return tuple(map(clean_line, value))

    def day(self, name: str) -> date | None:
        value = self._members.get(name)
        if value is None:
            return None
        try:
            return iso_day(value)
        except InvalidDayError as refused:
            self.problems[self.at(name)] = _DAY_PROBLEMS[refused.reason]
            return None

    def number(self, name: str) -> int | None:
        value = self._members.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            self.problems[self.at(name)] = "a whole number was expected"
            return None
        return value

    def item(self, name: str) -> "_Item":
        return _Item(self.at(name), self._members.get(name), self.problems)

    def items(self, name: str) -> list["_Item"]:
        value = self._members.get(name, [])
        if not isinstance(value, list):
            self.problems[self.at(name)] = "a list was expected"
            return []
        return [_Item(f"{self.at(name)}[{place}]", one, self.problems) for place, one in enumerate(value)]


def read_document(value: Any) -> ImportDocument:
    """Read the content of a file.

    Raises:
        ImportRefusedError: every member that has the wrong shape, by its path.
    """
    problems: dict[str, str] = {}
    root = _Item("", value, problems).known("cafs", "organisations")
    document = ImportDocument(
        tuple(_caf(item) for item in root.items("cafs")),
        tuple(_organisation(item) for item in root.items("organisations")),
    )
    if problems:
        raise ImportRefusedError(problems)
    return document


def _caf(item: _Item) -> ImportedCaf:
    item.known("code", "siret", "agents")
    agents = tuple(_person(one, None) for one in item.items("agents"))
    return ImportedCaf(item.path, item.text("code"), item.text("siret", ""), agents)


def _organisation(item: _Item) -> ImportedOrganisation:
    item.known("caf", "siret", "name", "convention", "contracts", "administrators", "groups", "users")
    convention = item.item("convention").known(
        "reference", "starts_on", "ends_on", "partner_signatory", "caf_signatory"
    )
    request = CreateOrganisation(
        siret=item.text("siret"),
        name=item.text("name"),
        reference=convention.text("reference"),
        starts_on=convention.day("starts_on"),
        ends_on=convention.day("ends_on"),
        partner_signatory=_signatory(convention.item("partner_signatory")),
        caf_signatory=_signatory(convention.item("caf_signatory")),
    )
    return ImportedOrganisation(
        path=item.path,
        caf=item.text("caf"),
        request=request,
        contracts=tuple(_contract(one) for one in item.items("contracts")),
        administrators=tuple(_person(one, Role.PARTNER_ADMINISTRATOR) for one in item.items("administrators")),
        groups=tuple(_group(one) for one in item.items("groups")),
        users=tuple(_person(one, Role.PARTNER_ADMINISTRATOR, user=True) for one in item.items("users")),
    )


def _signatory(item: _Item) -> Signatory:
    item.known("name", "capacity", "signed_on")
    return Signatory(item.text("name"), item.text("capacity", ""), item.day("signed_on"))


def _contract(item: _Item) -> ImportedContract:
    item.known("extranet", "profiles", "purposes", "starts_on", "ends_on", "maximum_users")
    starts_on = item.day("starts_on")
    if starts_on is None:
        item.problems.setdefault(item.at("starts_on"), _DAY_PROBLEMS["DATE_MALFORMED"])
    terms = ContractTerms(
        extranet=item.text("extranet"),
        profiles=item.texts("profiles"),
        purposes=item.texts("purposes"),
        starts_on=starts_on,
        ends_on=item.day("ends_on"),
        maximum_users=item.number("maximum_users"),
    )
    return ImportedContract(item.path, terms)


def _group(item: _Item) -> ImportedGroup:
    item.known("name", "profile")
    return ImportedGroup(item.path, item.text("name"), item.text("profile"))


def _person(item: _Item, role: Role | None, *, user: bool = False) -> ImportedPerson:
    common = ("given_name", "family_name", "email", "account_id", "username")
    item.known(*common, *(("job_title", "groups") if user else () if role else ("role",)))
    person = person_typed(item.text("given_name"), item.text("family_name"), item.address("email"))
    for field, reason in why_person_refused(person).items():
        item.problems.setdefault(item.at(field), reason)
    if role is None:
        role = _caf_role(item)
    account_id = item.text("account_id", "")
    return ImportedPerson(
        item.path, person, account_id, role, item.text("job_title") if user else "", item.texts("groups")
    )


def _caf_role(item: _Item) -> Role:
    role = item.text("role")
    if role not in {Role.CAF_ADMINISTRATOR, Role.CAF_AUDITOR}:
        item.problems[item.at("role")] = "caf_administrator or caf_auditor was expected"
        return Role.CAF_AUDITOR
    if not item.text("account_id", ""):
        item.problems[item.at("account_id")] = "the account of an agent of the Caf exists already"
    return Role(role)
