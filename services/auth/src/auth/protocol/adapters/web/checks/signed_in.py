"""Someone is signed in, recently enough and well enough, every step of the sign-in is done, and they agree."""

from dataclasses import dataclass
from datetime import timedelta

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.people.domain.steps import Step
from auth.protocol.adapters.web.checks.asked import Asked


@dataclass(frozen=True)
class Shown:
    """A page of ours, and what a client that wants none gets in its place (OIDC Core §3.1.2.6)."""

    page: str
    error_code: str


LOGIN, CONSENT = Shown("/login", "login_required"), Shown("/consent", "consent_required")


def signed_in(asked: Asked) -> Shown | None:
    """OIDC Core §3.1.2.3. `prompt=login` is satisfied by a sign-in after the request came: no loop."""
    if asked.present is None:
        return LOGIN
    authenticated_at = asked.present.session.authenticated_at
    if asked.prompts & {"login", "select_account"} and authenticated_at < asked.began_at:
        return LOGIN
    max_age = asked.max_age
    if max_age is not None and asked.began_at - authenticated_at > timedelta(seconds=max_age):
        return LOGIN
    essential = asked.claims.essential_acr
    if essential and not set(essential) & set(asked.present.session.levels):
        if authenticated_at < asked.began_at:
            return LOGIN
        raise AuthorizationRefusedError("unmet_authentication_requirements", "the sign-in did not reach the level")
    if not _is_expected_person(asked):
        if authenticated_at < asked.began_at:
            return LOGIN
        raise AuthorizationRefusedError("login_required", "another person signed in")
    return None


def _is_expected_person(asked: Asked) -> bool:
    """The one of `id_token_hint`, and of the claim `sub` when the client names one (OIDC Core §3.1.2.2, §5.5).

    A `sub` can be guessed or learned elsewhere, a hint was given to this client: until the person has agreed that the
    client knows them, an answer about a `sub` would tell it who is there.
    """
    assert asked.present is not None
    subject = asked.own.subject_of(asked.present.account.account_id, asked.known)
    named = asked.claims.subject
    hinted = asked.hint is None or asked.hint.get("sub") == subject
    return hinted and (named is None or named == subject or not asked.has_consent())


def every_step(asked: Asked) -> Shown | None:
    """Nothing of the sign-in remains. A client that wants no page learns that one is needed."""
    assert asked.present is not None
    step = asked.own.next_step(asked.present.session)
    if step is None:
        return None
    page = str(asked.own.next_step.page(asked.present.session))
    return Shown(page, "account_selection_required" if step is Step.CHOOSE_ORGANISATION else "interaction_required")


def consent(asked: Asked) -> Shown | None:
    """Asked once of clients that are not of the house, and only of somebody to whom the client is open: nobody agrees
    to what is then refused.

    Raises:
        ExtranetClosedError: no habilitation on the client's extranet.
        RightsStaleError: the replica of the rights is not fresh.
    """
    if asked.has_consent():
        return None
    assert asked.present is not None
    asked.own.check_open(asked.present.session, asked.known)
    return CONSENT
