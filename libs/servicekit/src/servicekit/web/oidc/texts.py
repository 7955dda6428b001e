"""What people read when signing in does not work, and how OAuth error codes become reasons."""

from flask_babel import lazy_gettext as _l

from servicekit.web.refusal_texts import RefusalText

_AGAIN = _l(
    "Recommencez la connexion. Si cela continue, donnez la référence ci-dessous à l'administrateur de votre "
    "organisation."
)

LOGIN_TEXTS: dict[str, RefusalText] = {
    "LOGIN_ACCESS_DENIED": RefusalText(
        _l("Ce service ne vous est pas ouvert"),
        _l("Vous êtes bien identifié, mais ce service ne vous est pas ouvert dans l'organisation choisie."),
        _l("Mon compte partenaire n'ouvre pas ce service à votre compte aujourd'hui."),
        _l("La page « Mes extranets » de Mon compte partenaire dit pourquoi, et qui peut vous aider."),
    ),
    "LOGIN_ATTEMPT_UNKNOWN": RefusalText(
        _l("Cette connexion a expiré"),
        _l("Nous n'avons pas pu terminer votre connexion."),
        _l("Elle a commencé hier ou avant, dans un autre navigateur, ou elle a déjà été utilisée."),
        _l("Recommencez la connexion depuis ce service."),
    ),
    "LOGIN_RESPONSE_INVALID": RefusalText(
        _l("La connexion n'a pas pu être vérifiée"),
        _l("Par sécurité, vous n'êtes pas connecté."),
        _l("La réponse reçue ne correspond pas à votre demande."),
        _AGAIN,
    ),
    "TOKEN_REFUSED": RefusalText(
        _l("La connexion n'a pas pu être vérifiée"),
        _l("Par sécurité, vous n'êtes pas connecté."),
        _l("La preuve d'identité reçue n'est pas celle que ce service attend."),
        _AGAIN,
    ),
    "GRANT_REFUSED": RefusalText(
        _l("La connexion n'a pas abouti"),
        _l("Vous n'êtes pas connecté."),
        _l("Mon compte partenaire n'a pas confirmé votre connexion, par exemple parce qu'elle a trop attendu."),
        _AGAIN,
    ),
    "LOGIN_INTERRUPTED": RefusalText(
        _l("La connexion n'a pas abouti"),
        _l("Vous n'êtes pas connecté."),
        _l("La connexion à Mon compte partenaire a été interrompue."),
        _AGAIN,
    ),
    "SIGN_IN_REQUIRED": RefusalText(
        _l("Vous devez vous connecter"),
        _l("Cette page n'est ouverte qu'aux personnes connectées."),
        _l("Vous n'êtes pas connecté, ou votre session a pris fin."),
        _l("Connectez-vous, puis demandez de nouveau la page."),
    ),
}

SESSION_ENDED = RefusalText(
    _l("Votre session a pris fin : rien n'a été enregistré"),
    _l("Le formulaire que vous venez d'envoyer n'a pas été pris en compte."),
    _l("Vous vous êtes déconnecté ailleurs, ou vous êtes resté longtemps sans rien faire."),
    _l("Connectez-vous de nouveau : vous reviendrez à la page du formulaire."),
)

_UNAVAILABLE = {"temporarily_unavailable", "server_error"}


def login_error_reason(oauth_error: str) -> str:
    """The reason for an error of the authorization response (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6)."""
    if oauth_error == "access_denied":
        return "LOGIN_ACCESS_DENIED"
    return "ISSUER_UNREACHABLE" if oauth_error in _UNAVAILABLE else "LOGIN_INTERRUPTED"
