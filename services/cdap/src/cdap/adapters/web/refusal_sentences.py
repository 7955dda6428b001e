"""What a professional reads when a consultation is refused: what, why, who can help."""

from flask_babel import lazy_gettext as _l

from servicekit.web import RefusalText

_NOT_SHOWN = _l("Aucune donnée n'a été montrée.")
_TITLE = _l("Cette consultation ne vous est pas ouverte")
_ADMINISTRATOR = _l(
    "L'administrateur de votre organisation peut vérifier et changer vos habilitations dans Habpps. "
    "Donnez-lui la référence ci-dessous."
)
_CAF = _l(
    "L'administrateur de votre organisation peut en parler à la Caf, "
    "qui signe la convention et les contrats de service."
)
_SIGN_IN = _l("Cliquez sur DÉCONNEXION, puis reconnectez-vous : vos droits seront relus.")


def _text(why: object, help_text: object) -> RefusalText:
    return RefusalText(_TITLE, _NOT_SHOWN, why, help_text)  # type: ignore[arg-type]  # lazy texts


_CONVENTION = _text(
    _l(
        "La convention entre votre organisation et la Caf n'est pas en vigueur aujourd'hui "
        "(suspendue, terminée ou pas encore commencée)."
    ),
    _CAF,
)
_CONTRACT = _text(
    _l(
        "Le contrat de service de votre organisation pour CDAP n'est pas en vigueur aujourd'hui "
        "(suspendu, terminé, absent ou pas encore commencé)."
    ),
    _CAF,
)
_HABILITATION = _text(
    _l("Vous n'avez pas d'habilitation en vigueur pour consulter des dossiers dans CDAP."), _ADMINISTRATOR
)
_USER = _text(_l("Votre fiche d'utilisateur n'est pas active dans votre organisation."), _ADMINISTRATOR)
_PROFILE = _text(_l("Le profil choisi n'est pas le vôtre, ou le contrat de service ne le prévoit pas."), _ADMINISTRATOR)
_PURPOSE = _text(_l("Le motif choisi n'est pas prévu par le contrat de service de votre organisation."), _ADMINISTRATOR)
_TOKEN = _text(_l("Vos droits ont changé depuis votre connexion, ou ne couvrent pas cette demande."), _SIGN_IN)
_EXTRANET = _text(_l("CDAP n'est pas ouvert en ce moment aux organisations partenaires."), _CAF)
_ORGANISATION = _text(_l("Votre organisation n'est pas active dans Habpps."), _CAF)
_STALE = RefusalText(
    _l("La consultation est momentanément impossible"),
    _NOT_SHOWN,
    _l("CDAP n'a pas pu vérifier vos droits à l'instant. Par sécurité, rien n'est montré sans cette vérification."),
    _l("Recommencez dans quelques secondes. Si cela continue, donnez la référence ci-dessous à votre administrateur."),
)

REFUSAL_TEXTS: dict[str, RefusalText] = {
    **dict.fromkeys(
        ("CONVENTION_ENDED", "CONVENTION_MISSING", "CONVENTION_NOT_STARTED", "CONVENTION_SUSPENDED"), _CONVENTION
    ),
    "CONVENTION_TERMINATED": _CONVENTION,
    **dict.fromkeys(
        ("SERVICE_CONTRACT_EMPTY", "SERVICE_CONTRACT_ENDED", "SERVICE_CONTRACT_MISSING", "SERVICE_CONTRACT_SUSPENDED"),
        _CONTRACT,
    ),
    "SERVICE_CONTRACT_NOT_STARTED": _CONTRACT,
    **dict.fromkeys(
        ("HABILITATION_ENDED", "HABILITATION_NOT_STARTED", "HABILITATION_SUSPENDED", "HABILITATION_WITHDRAWN"),
        _HABILITATION,
    ),
    **dict.fromkeys(("NO_HABILITATION", "GROUP_CLOSED", "GROUP_UNKNOWN"), _HABILITATION),
    **dict.fromkeys(("USER_CLOSED", "USER_INACTIVE", "USER_LOCKED", "USER_UNKNOWN"), _USER),
    **dict.fromkeys(
        ("PROFILE_NOT_HELD", "PROFILE_NOT_IN_CONTRACT", "PROFILE_NOT_IN_EXTRANET", "PROFILE_RESERVED"), _PROFILE
    ),
    **dict.fromkeys(("PROFILE_WITHOUT_FIELDS", "TOKEN_WITHOUT_PROFILE"), _PROFILE),
    **dict.fromkeys(("PURPOSE_NOT_IN_CONTRACT", "PURPOSE_NOT_IN_EXTRANET", "TOKEN_WITHOUT_PURPOSE"), _PURPOSE),
    **dict.fromkeys(("TOKEN_NOT_FOR_EXTRANET", "TOKEN_WITHOUT_SERVICE_CONTRACT"), _TOKEN),
    **dict.fromkeys(("EXTRANET_DISABLED", "EXTRANET_NOT_PROFESSIONAL", "EXTRANET_UNKNOWN"), _EXTRANET),
    **dict.fromkeys(("ORGANISATION_CLOSED", "ORGANISATION_UNKNOWN"), _ORGANISATION),
    **dict.fromkeys(("RIGHTS_STALE", "SESSIONS_STALE"), _STALE),
}
