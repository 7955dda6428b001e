"""What people read when something is refused: what, why, who can help. By `reason` first, then by kind of error.

A service registers its own with `app.register_refusal_texts({"REASON": RefusalText(...)})`. French is the msgid, so
the four texts are `lazy_gettext("…")`. The text of an exception is never shown.
"""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from servicekit.errors import (
    AccessDeniedError,
    ConcurrentChangeError,
    ConflictError,
    DependencyUnavailableError,
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    ServiceError,
    TooManyRequestsError,
)


class RefusalText(NamedTuple):
    """Four short texts. `who_can_help` also says what the person can do."""

    title: str
    what: str
    why: str
    who_can_help: str


_HELP = _l("Si cela continue, contactez l'administrateur de votre organisation en donnant la référence ci-dessous.")

KINDS: dict[type[ServiceError], tuple[int, RefusalText]] = {
    InvalidInputError: (
        400,
        RefusalText(
            _l("Votre demande est incomplète ou incorrecte"),
            _l("Rien n'a été enregistré."),
            _l("Une des informations envoyées n'est pas celle que la page attend."),
            _l("Revenez à la page précédente, vérifiez votre saisie, puis envoyez-la de nouveau."),
        ),
    ),
    NotAuthenticatedError: (
        401,
        RefusalText(
            _l("Vous devez vous connecter"),
            _l("Cette page n'est ouverte qu'aux personnes connectées."),
            _l("Vous n'êtes pas connecté, ou votre session a pris fin."),
            _l("Connectez-vous, puis demandez de nouveau la page."),
        ),
    ),
    AccessDeniedError: (
        403,
        RefusalText(
            _l("Vous n'avez pas accès à cette page"),
            _l("La page demandée ne vous a pas été montrée."),
            _l("Vos habilitations actuelles ne le permettent pas."),
            _l("L'administrateur de votre organisation peut vous dire quelles habilitations vous avez et les changer."),
        ),
    ),
    NotFoundError: (
        404,
        RefusalText(
            _l("Cette page n'existe pas"),
            _l("Nous n'avons pas trouvé ce que vous demandez."),
            _l("L'adresse est peut-être mal écrite, ou ce qu'elle montrait n'existe plus."),
            _l("Vérifiez l'adresse ou repartez de l'accueil."),
        ),
    ),
    ConflictError: (
        409,
        RefusalText(
            _l("Cette action n'est plus possible"),
            _l("Rien n'a été changé."),
            _l("L'état actuel ne permet plus cette action."),
            _l("Revenez à la page précédente et rechargez-la pour voir où en sont les choses."),
        ),
    ),
    ConcurrentChangeError: (
        409,
        RefusalText(
            _l("Quelqu'un d'autre vient de changer la même chose"),
            _l("Votre changement n'a pas été enregistré, pour ne pas effacer le sien."),
            _l("Deux personnes ont modifié la même information au même moment."),
            _l("Rechargez la page, vérifiez ce qui a changé, puis refaites votre changement si besoin."),
        ),
    ),
    TooManyRequestsError: (
        429,
        RefusalText(
            _l("Trop de demandes en peu de temps"),
            _l("Votre demande n'a pas été traitée."),
            _l("Une limite protège le service contre les envois répétés."),
            _l("Attendez un peu, puis recommencez."),
        ),
    ),
    DependencyUnavailableError: (
        503,
        RefusalText(
            _l("Le service est momentanément indisponible"),
            _l("Votre demande n'a pas pu être traitée."),
            _l("Une partie du système ne répond pas. Par sécurité, nous n'allons pas plus loin sans elle."),
            _l("Recommencez dans quelques minutes."),
        ),
    ),
}

STATUSES: dict[int, RefusalText] = {
    405: RefusalText(
        _l("Cette adresse ne s'utilise pas ainsi"),
        _l("Rien n'a été fait."),
        _l("La page demandée ne s'ouvre pas de cette façon, par exemple après un formulaire rechargé."),
        _l("Repartez de l'accueil et suivez les liens de la page."),
    ),
    413: RefusalText(
        _l("Votre envoi est trop volumineux"),
        _l("Rien n'a été enregistré."),
        _l("Le fichier ou le texte envoyé dépasse la taille permise."),
        _l("Réduisez la taille de l'envoi, puis recommencez."),
    ),
    500: RefusalText(
        _l("Une erreur est survenue de notre côté"),
        _l("Votre demande n'a pas pu être traitée."),
        _l("Ce n'est pas une erreur de votre part. L'incident est enregistré."),
        _HELP,
    ),
}

CSRF_REFUSED = RefusalText(
    _l("Ce formulaire n'est plus valable"),
    _l("Rien n'a été enregistré."),
    _l("La page est restée ouverte trop longtemps, ou elle a été ouverte dans un autre navigateur."),
    _l("Rechargez la page du formulaire, puis envoyez-le de nouveau."),
)

SHARED_REASONS: dict[str, RefusalText] = {
    "AUDIT_UNAVAILABLE": RefusalText(
        _l("La consultation est momentanément impossible"),
        _l("Aucune donnée n'a été montrée."),
        _l("Chaque consultation doit être inscrite au journal avant d'être montrée, et le journal ne répond pas."),
        _l("Recommencez dans quelques minutes."),
    ),
    "FORM_STILL_UNDER_WAY": RefusalText(
        _l("Votre demande est déjà en cours de traitement"),
        _l("Elle a été reçue une première fois et n'est pas refaite une seconde fois."),
        _l("Le même formulaire a été envoyé deux fois, et la réponse au premier envoi n'est pas encore prête."),
        _l("Attendez une minute, puis repartez de l'accueil : vous y verrez si la demande a abouti."),
    ),
    "PAGE_GONE": RefusalText(
        _l("Cette page n'est plus gardée"),
        _l("Ce qu'elle annonçait a bien été fait : rien n'est refait ni perdu."),
        _l(
            "La réponse à un formulaire est gardée un quart d'heure, pour la personne et le navigateur qui l'ont reçue."
        ),
        _l("Repartez de l'accueil du service."),
    ),
    "ISSUER_UNREACHABLE": RefusalText(
        _l("La connexion est momentanément impossible"),
        _l("Vous ne pouvez pas être connecté pour l'instant."),
        _l("Mon compte partenaire, qui vérifie votre identité, ne répond pas."),
        _l("Recommencez dans quelques minutes."),
    ),
}
