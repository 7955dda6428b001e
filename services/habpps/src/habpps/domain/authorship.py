"""Who acts: an administrator confirmed by the register, or the operator at the command line."""

from dataclasses import dataclass, field, replace

from habpps.domain.organisation import Organisation
from habpps.domain.people import Role
from habpps.domain.reach import EVERYWHERE, Reach
from habpps.domain.refusals import RoleNotAllowedError, UnknownThingError


@dataclass(frozen=True, kw_only=True)
class Author:
    """The one who acts, as the register knows them.

    `caf`: their own Caf, or the one for whose convention they administer the partner at this moment. `cafs`: all for
    which they might, where a choice is offered.
    """

    administrator_id: str
    account_id: str
    display_name: str
    organisation_id: str
    role: Role
    caf: str
    cafs: tuple[str, ...] = field(default=(), compare=False)
    client_id: str = field(default="", compare=False)
    """The program through which they act; empty on the pages."""

    @property
    def reach(self) -> Reach:
        """What they may see and change: their organisation with one Caf, the partners of their Caf, or everything."""
        if self.role is Role.OPERATOR or (self.role is Role.CLOCK and not self.caf):
            return EVERYWHERE
        of_a_caf = self.is_caf or self.role is Role.CLOCK
        return Reach(self.caf) if of_a_caf else Reach(self.caf, self.organisation_id)

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


def clock_for(caf: str) -> Author:
    """The clock, for what is due of one Caf."""
    return replace(CLOCK, caf=caf)


def themselves(account_id: str, display_name: str, organisation_id: str, caf: str) -> Author:
    """Return the author of what a person answers: it reaches the organisation and the Caf that asked, nothing else."""
    return Author(
        administrator_id="",
        account_id=account_id,
        display_name=display_name,
        organisation_id=organisation_id,
        role=Role.PERSON,
        caf=caf,
    )


def check_role(author: Author, *roles: Role) -> None:
    """Let only these roles pass; the operator always does.

    Raises:
        RoleNotAllowedError: another role.
    """
    if author.role is not Role.OPERATOR and author.role not in roles:
        raise RoleNotAllowedError(f"{author.role.value} may not do this")


def check_reach(author: Author, organisation: Organisation | None) -> Organisation:
    """Return the organisation, read within the author's reach, if it is one to administer.

    Raises:
        UnknownThingError: there is none, or it belongs to somebody else.
    """
    if organisation is None:
        raise UnknownThingError("organisation")
    if author.role in {Role.OPERATOR, Role.CLOCK}:
        return organisation
    if author.role in {Role.PARTNER_ADMINISTRATOR, Role.PERSON} and organisation.id == author.organisation_id:
        return organisation
    if author.is_caf and organisation.kind == "partner":
        return organisation
    raise UnknownThingError("organisation", true_reason="OTHER_ORGANISATION")
