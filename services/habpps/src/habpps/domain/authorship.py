"""Who acts: an administrator confirmed by the register, or the operator at the command line."""

from dataclasses import dataclass

from habpps.domain.organisation import Organisation
from habpps.domain.people import Role
from habpps.domain.refusals import RoleNotAllowedError, UnknownThingError


@dataclass(frozen=True, kw_only=True)
class Author:
    """The one who acts, as the register knows them."""

    administrator_id: str
    account_id: str
    display_name: str
    organisation_id: str
    role: Role
    caf: str

    @property
    def is_caf(self) -> bool:
        """Administrator of a Caf."""
        return self.role is Role.CAF_ADMINISTRATOR


OPERATOR = Author(
    administrator_id="",
    account_id="",
    display_name="L’exploitant du service",
    organisation_id="",
    role=Role.OPERATOR,
    caf="",
)


CLOCK = Author(
    administrator_id="",
    account_id="",
    display_name="L’horloge du service",
    organisation_id="",
    role=Role.CLOCK,
    caf="",
)
"""Who does what is due on a day: it may do what the registry lets it do, for every organisation."""


def check_role(author: Author, *roles: Role) -> None:
    """Let only these roles pass; the operator always does.

    Raises:
        RoleNotAllowedError: another role.
    """
    if author.role is not Role.OPERATOR and author.role not in roles:
        raise RoleNotAllowedError(f"{author.role.value} may not do this")


def check_reach(author: Author, organisation: Organisation | None) -> Organisation:
    """Return the organisation if the author may administer it; otherwise it is unknown to them.

    Raises:
        UnknownThingError: there is none, or it belongs to somebody else.
    """
    if organisation is None:
        raise UnknownThingError("organisation")
    if author.role in {Role.OPERATOR, Role.CLOCK}:
        return organisation
    if author.role is Role.PARTNER_ADMINISTRATOR and organisation.id == author.organisation_id:
        return organisation
    if author.is_caf and organisation.kind == "partner" and organisation.caf == author.caf:
        return organisation
    raise UnknownThingError("organisation", true_reason="OTHER_ORGANISATION")
