"""The rules of a Caf for who reviews, for the page where it changes them."""

from collections.abc import Mapping
from dataclasses import dataclass

from habpps.domain.authorship import Author, check_role
from habpps.domain.people import Role
from habpps.domain.review_rule import ReviewRule
from habpps.use_cases.acting_administrators import those_who_can_sign_in
from habpps.use_cases.ports import Repositories
from habpps.use_cases.register import Register
from partnerkit.days import french_day
from servicekit.clock import Clock

LISTED = "habpps.review_rules.listed"


@dataclass(frozen=True)
class RuleInForce:
    """What holds for an act. `usual`: what holds where a Caf has made no rule."""

    rule: ReviewRule
    usual: ReviewRule
    by_partners: bool
    """Whether partners may do the act, so that their Caf can decide it."""


@dataclass(frozen=True)
class RulesOfCaf:
    """By act. `alone`: nobody else could agree to a weaker rule."""

    rules: tuple[RuleInForce, ...]
    alone: bool

    def of(self, act: str) -> RuleInForce | None:
        """Return that for an act; None: no rule can be made for it."""
        return next((one for one in self.rules if one.rule.act == act), None)


class ConsultReviewRules:
    """Reads the rules of the author's Caf."""

    def __init__(self, register: Register, clock: Clock) -> None:
        """Keep the register: it confirms the author and knows which acts may open something."""
        self._register = register
        self._clock = clock

    def __call__(self, author: Author) -> RulesOfCaf:
        """Return every rule in force, in the order of the registry.

        Raises:
            RoleNotAllowedError: not an administrator of a Caf.
            RoleNotConfirmedError: not any more.
        """
        check_role(author, Role.CAF_ADMINISTRATOR)

        def work(store: Repositories) -> RulesOfCaf:
            made = self._held(store, author.caf)
            others = [one for one in store.administrators.of_the_caf() if one.account_id != author.account_id]
            rules: list[RuleInForce] = []
            for act, usual in self._register.usual_rules.items():
                held = usual.at(author.caf)
                rules.append(RuleInForce(made[act], held, Role.PARTNER_ADMINISTRATOR in usual.by))
            return RulesOfCaf(
                tuple(rules), alone=not those_who_can_sign_in(store, others, french_day(self._clock.now()))
            )

        return self._register.read(author, LISTED, work)

    def held(self, author: Author) -> Mapping[str, ReviewRule]:
        """Return the rule that holds for each act that may open something, to whoever may do it.

        Raises:
            RoleNotConfirmedError: no administrator any more.
        """
        return self._register.read(author, LISTED, lambda store: self._held(store, author.caf))

    def _held(self, store: Repositories, caf: str) -> dict[str, ReviewRule]:
        usual = {act: one.at(caf) for act, one in self._register.usual_rules.items()}
        return usual | {one.act: one for one in store.review_rules.made()}
