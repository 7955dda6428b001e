"""Someone is signed in, recently enough, with a password of their own, for one organisation, and agrees."""

from datetime import timedelta

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked

LOGIN, CHOOSE_PASSWORD, ORGANISATION, CONSENT = "/login", "/choose-password", "/organisation", "/consent"


def signed_in(asked: Asked) -> str | None:
    """OIDC Core §3.1.2.3. `prompt=login` is satisfied by a sign-in after the request came: no loop."""
    if asked.present is None:
        return LOGIN
    authenticated_at = asked.present.session.authenticated_at
    if asked.prompts & {"login", "select_account"} and authenticated_at < asked.began_at:
        return LOGIN
    max_age = asked.max_age
    if max_age is not None and asked.began_at - authenticated_at > timedelta(seconds=max_age):
        return LOGIN
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
    subject = asked.own.subjects.of(asked.present.account.account_id, asked.known)
    named = asked.claims.subject
    hinted = asked.hint is None or asked.hint.get("sub") == subject
    return hinted and (named is None or named == subject or not asked.has_consent())


def own_password(asked: Asked) -> str | None:
    """A provisional password opens one page only."""
    return CHOOSE_PASSWORD if asked.present is not None and asked.present.session.must_choose_password else None


def one_organisation(asked: Asked) -> str | None:
    """The session speaks for one organisation, in which the person is still active."""
    if asked.present is None:
        return None
    session = asked.present.session
    return ORGANISATION if session.organisation_id is None or asked.has_left(session) else None


def consent(asked: Asked) -> str | None:
    """Asked once of clients that are not of the house, and only of somebody to whom the client is open: nobody agrees
    to what is then refused.

    Raises:
        ExtranetClosedError: no habilitation on the client's extranet.
        RightsStaleError: the replica of the rights is not fresh.
    """
    if asked.has_consent():
        return None
    assert asked.present is not None
    asked.own.issue_code.check_open(asked.present.session, asked.known)
    return CONSENT
