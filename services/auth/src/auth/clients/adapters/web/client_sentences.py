"""The settings of a client in words, and why a description is refused, in sentences for an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from auth.clients.use_cases.try_client import Part, TrialOutcome

PROFILES: Mapping[str, Any] = {
    "baseline": _l("Courant : les protections recommandées à tous (RFC 9700). C'est le bon choix, sauf besoin précis."),
    "interoperable": _l(
        "Compatible : pour un logiciel ancien, qui ne sait pas tout faire. Un peu moins protégé, conforme à OpenID "
        "Connect."
    ),
    "fapi2": _l(
        "Renforcé : pour les données les plus sensibles (FAPI 2.0). Le logiciel prouve son identité avec une clé, et "
        "un jeton volé ne sert à rien."
    ),
}
SHORT_PROFILES: Mapping[str, Any] = {
    "baseline": _l("Courant"),
    "interoperable": _l("Compatible"),
    "fapi2": _l("Renforcé"),
}
METHODS: Mapping[str, Any] = {
    "client_secret_basic": _l("Un secret, dans l'en-tête"),
    "client_secret_post": _l("Un secret, dans le formulaire"),
    "private_key_jwt": _l("Une clé : l'application signe ses demandes"),
    "tls_client_auth": _l("Un certificat d'une autorité reconnue"),
    "self_signed_tls_client_auth": _l("Un certificat à elle, dont la clé est déclarée ici"),
    "none": _l("Aucune preuve : logiciel installé chez la personne"),
}
APPLICATION_TYPES: Mapping[str, Any] = {
    "web": _l("Sur un serveur ou dans une page web : on y entre par le navigateur"),
    "native": _l("Sur l'appareil de la personne : logiciel installé, application mobile"),
}
GRANTS: Mapping[str, Any] = {
    "authorization_code": _l("Une personne se connecte dans son navigateur"),
    "refresh_token": _l("L'accès est prolongé tant que la session de la personne dure"),
    "client_credentials": _l("Le logiciel agit en son propre nom, sans personne"),
    "urn:ietf:params:oauth:grant-type:device_code": _l("Une personne connecte un appareil avec un code"),
}
BINDINGS: Mapping[str, Any] = {
    "none": _l("Non"),
    "dpop": _l("À une clé que l'application prouve à chaque demande (DPoP)"),
    "certificate": _l("Au certificat de la connexion"),
}
SCOPES: Mapping[str, Any] = {
    "openid": _l("Qu'une personne est connectée (nécessaire pour connecter quelqu'un)"),
    "profile": _l("Son nom et son prénom"),
    "email": _l("Son adresse électronique"),
}

OWN_EXTRANET = _l("Ses droits sur cet extranet : profils, finalités, territoires")


class _Refusal(NamedTuple):
    """`fragment`: what the technical text contains; `field`: where it is shown when the key is not the field."""

    fragment: str
    sentence: Any
    field: str = ""


_REFUSALS = (
    _Refusal("1 to 64 letters", _l("Employez 1 à 64 lettres sans accent, chiffres, points, tirets ou soulignés.")),
    _Refusal("is missing: the grant", _l("Indiquez au moins une adresse de retour."), "redirect_uris"),
    _Refusal("jwks or jwks_uri is missing", _l("Donnez les clés publiques de l'application, ou leur adresse."), "jwks"),
    _Refusal("is missing", _l("Cette information est nécessaire.")),
    _Refusal(
        "address must be",
        _l(
            "Une adresse commence par https:// (ou http:// sur cette machine), sans partie après # ni nom "
            "d'utilisateur."
        ),
    ),
    _Refusal("must be percent-encoded", _l("Une adresse contient un espace, un accent ou un signe interdit.")),
    _Refusal("at most 50", _l("Il y en a trop : 50 au plus.")),
    _Refusal("printable characters", _l("Ce texte est trop long, ou contient un caractère invisible.")),
    _Refusal("must not be empty", _l("Choisissez au moins une possibilité.")),
    _Refusal("refresh_token alone", _l("Prolonger un accès suppose une première connexion."), "grant_types"),
    _Refusal("jwks and jwks_uri exclude", _l("Donnez les clés ou leur adresse, pas les deux."), "jwks_uri"),
    _Refusal(
        "tls_client_auth needs exactly one",
        _l("Indiquez le nom qui figure dans le certificat de l'application."),
        "tls_client_auth_subject_dn",
    ),
    _Refusal(
        "names are for token_endpoint_auth_method",
        _l("Ce nom ne sert qu'avec un certificat d'une autorité reconnue : videz ce champ ou changez la preuve."),
        "tls_client_auth_subject_dn",
    ),
    _Refusal(
        "may use neither",
        _l("Une application sans preuve d'identité ne peut pas agir en son propre nom."),
        "grant_types",
    ),
    _Refusal(
        "pairwise with several hosts",
        _l("Les adresses de retour doivent toutes être du même site pour cette application."),
        "redirect_uris",
    ),
    _Refusal(
        "fapi2 needs private_key_jwt",
        _l("Le profil renforcé demande une clé ou un certificat : un secret ne suffit pas."),
        "token_endpoint_auth_method",
    ),
    _Refusal("fapi2 needs dpop_bound", _l("Le profil renforcé demande de lier les jetons."), "binding"),
    _Refusal("fapi2 allows https only", _l("Le profil renforcé n'admet que des adresses https://."), "redirect_uris"),
    _Refusal("fapi2", _l("Le profil renforcé n'admet pas un des algorithmes de cette application.")),
    _Refusal("must be a JWK set", _l("Ce n'est pas un jeu de clés : il faut une liste « keys » (RFC 7517).")),
    _Refusal("not an object with at least one key", _l("Ce n'est pas un jeu de clés : il faut une liste « keys ».")),
    _Refusal("symmetric key", _l("Une clé de ce jeu est un secret partagé : donnez des clés publiques.")),
    _Refusal(
        "private key",
        _l(
            "Ce jeu contient une clé privée, qui n'est donc plus secrète : faites-en une autre, et donnez sa partie "
            "publique."
        ),
    ),
    _Refusal("same kid", _l("Deux clés de ce jeu portent le même nom (kid).")),
    _Refusal("An RSA key", _l("Une clé RSA de ce jeu est trop courte : 2048 bits au moins.")),
    _Refusal("no key for signatures", _l("Aucune clé de ce jeu ne sert à signer : P-256, Ed25519 ou RSA.")),
    _Refusal(
        "not known to Habpps",
        _l(
            "Habpps ne connaît pas ce code : personne ne pourrait entrer. L'exploitant crée d'abord l'extranet "
            "(commande import-extranets de Habpps) ; vérifiez le code avec lui."
        ),
    ),
    _Refusal(
        "extranet of another owner",
        _l(
            "Ce code est celui d'une application qui n'est pas à votre Caf : demandez à l'exploitant de déclarer la "
            "vôtre."
        ),
    ),
    _Refusal("another application already", _l("Cette adresse est celle d'une autre application.")),
    _Refusal("service of the house", _l("C'est le nom d'un service de la Caf : choisissez-en un autre.")),
    _Refusal("is of no use", _l("Cette preuve ne demande pas de secret.")),
)


class RefusalSentence(NamedTuple):
    """Beside which key it is said, and what."""

    key: str
    text: str


def refusal_sentence(key: str, why: str) -> RefusalSentence:
    """The French of a `BadClientError`; what has none keeps the technical text as a detail."""
    for refusal in _REFUSALS:
        if refusal.fragment in why:
            return RefusalSentence(refusal.field or key, _with_address(str(refusal.sentence), why))
    return RefusalSentence(key, str(gettext("Cette valeur ne convient pas (détail technique : %(why)s).", why=why)))


def _with_address(sentence: str, why: str) -> str:
    """Which of several addresses is meant: the technical text ends with it."""
    _, _, address = why.rpartition(": ")
    return f"{sentence} ({address})" if "://" in address else sentence


PARTS: Mapping[Part, Any] = {
    Part.RETURN: _l("Adresse de retour"),
    Part.AFTER_LOGOUT: _l("Adresse après la déconnexion"),
    Part.LOGOUT: _l("Adresse de déconnexion"),
    Part.KEYS: _l("Clés publiques"),
}
OUTCOMES: Mapping[TrialOutcome, Any] = {
    TrialOutcome.ANSWERS: _l("Quelqu'un répond à cette adresse, comme attendu."),
    TrialOutcome.NOT_FOUND: _l(
        "Le serveur répond, mais ne connaît pas cette page (404). Vérifiez le chemin de l'adresse."
    ),
    TrialOutcome.FAULT: _l("Le serveur répond par une erreur de son côté. Demandez à l'éditeur de regarder."),
    TrialOutcome.SILENT: _l(
        "Personne ne répond : le nom n'existe pas, le serveur est arrêté, ou son certificat n'est pas reconnu."
    ),
    TrialOutcome.FORBIDDEN: _l(
        "Nous ne demandons pas cette adresse : elle mène à un réseau privé ou n'est pas en https. Pour une adresse de "
        "retour, le navigateur de la personne peut y arriver quand même."
    ),
    TrialOutcome.NO_KEYS: _l("L'adresse répond, mais pas par un jeu de clés publiques (JWKS) lisible."),
    TrialOutcome.ON_THE_DEVICE: _l("Cette adresse est sur l'appareil de la personne : elle s'essaie là-bas."),
}
