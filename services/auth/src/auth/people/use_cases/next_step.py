"""What a person who is signing in does next: the session says what remains, the rights whether its organisation was
left."""

from __future__ import annotations

from auth.people.domain.sessions import Session
from auth.people.domain.steps import Needs, Step, next_step, page_of
from auth.people.use_cases.person_rights import PersonRights


class NextStep:
    """Asked by everything that needs a finished sign-in, and by nothing else."""

    def __init__(self, rights: PersonRights) -> None:
        """`rights` tells the organisations of a person."""
        self._rights = rights

    def __call__(self, session: Session) -> Step | None:
        """None: the sign-in is finished."""
        organisations = self._rights.organisation_ids(session.account_id)
        return next_step(session.pending, Needs(organisation_id=session.organisation_id, organisations=organisations))

    def page(self, session: Session) -> str | None:
        """Where the next step is done. The address names the step: one that is done leads on (`web.sign_in_steps`)."""
        step = self(session)
        return None if step is None else f"{page_of(step)}?etape={step.value}"
