"""Everything that pages need of the use cases: acts go through one door, reading and following have their own."""

from dataclasses import dataclass
from typing import Any

from habpps.domain.authorship import Author
from habpps.domain.effects import Effects
from habpps.use_cases.act_entry import Act, Done, T_co
from habpps.use_cases.consult_extranets import ConsultExtranets
from habpps.use_cases.consult_openings import ConsultOpenings
from habpps.use_cases.consult_people import ConsultPeople
from habpps.use_cases.consult_register import ConsultRegister
from habpps.use_cases.consult_review_rules import ConsultReviewRules
from habpps.use_cases.explain_access import ExplainAccess
from habpps.use_cases.follow_propagation import FollowPropagation
from habpps.use_cases.ports import Accounts, Catalogue
from habpps.use_cases.register import Register
from servicekit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class UseCases:
    """One attribute per use case."""

    catalogue: Catalogue
    consult: ConsultRegister
    consult_openings: ConsultOpenings
    review_rules: ConsultReviewRules
    extranets: ConsultExtranets
    explain_access: ExplainAccess
    people: ConsultPeople
    propagation: FollowPropagation
    register: Register

    def perform(self, author: Author, act: Act[T_co]) -> Done[T_co]:
        """Carry out an act of the registry.

        Raises:
            ServiceError: see `Register.perform`.
        """
        return self.register.perform(author, act)

    def preview(self, author: Author, act: Act[Any]) -> Effects:
        """Say what an act would open and close.

        Raises:
            ServiceError: see `Register.preview`.
        """
        return self.register.preview(author, act)


def use_cases_on(
    register: Register, catalogue: Catalogue, clock: Clock, propagation: FollowPropagation, accounts: Accounts
) -> UseCases:
    """Make every use case on one register."""
    return UseCases(
        catalogue=catalogue,
        consult=ConsultRegister(register, clock, accounts),
        consult_openings=ConsultOpenings(register, clock),
        review_rules=ConsultReviewRules(register, clock),
        extranets=ConsultExtranets(register),
        explain_access=ExplainAccess(clock, catalogue),
        people=ConsultPeople(register, clock),
        propagation=propagation,
        register=register,
    )
