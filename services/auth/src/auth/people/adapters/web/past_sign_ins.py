"""What opens an account, and the history of its sign-ins, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from auth.people.adapters.web.browser_names import browser_in_words
from auth.people.domain.credentials import CredentialKind
from auth.people.domain.sign_ins import PastSignIn, SignInOutcome

_OUTCOMES = {
    SignInOutcome.SIGNED_IN: _l("Connexion réussie"),
    SignInOutcome.WRONG_PASSWORD: _l("Mot de passe faux"),
    SignInOutcome.WRONG_CODE: _l("Mot de passe juste, deuxième étape fausse"),
    SignInOutcome.CLOSED: _l("Refusée : le compte n'était pas ouvert"),
}

KINDS = {
    CredentialKind.PASSWORD: _l("Mot de passe"),
    CredentialKind.AUTHENTICATOR: _l("Application de codes"),
    CredentialKind.RECOVERY_CODE: _l("Code de secours"),
}


def in_words(entry: PastSignIn) -> dict[str, object]:
    """When, where from, and how it ended. `address` is empty when it was not known."""
    return {
        "at": entry.at,
        "outcome": _OUTCOMES[entry.outcome],
        "good": entry.outcome is SignInOutcome.SIGNED_IN,
        "browser": browser_in_words(entry.device),
        "address": entry.address,
    }
