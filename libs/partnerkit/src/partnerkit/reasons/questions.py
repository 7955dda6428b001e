"""The reasons of `rights` why one question, such as a consultation, is refused."""

from partnerkit.reasons.entry import reason
from partnerkit.reasons.steps import ASK_CHANGE, CHECK_USER, CHOOSE_PAIR, RIGHTS, SIGN_IN_AGAIN, SOON, UNAVAILABLE

REASONS = (
    reason(
        "PROFILE_NOT_HELD",
        RIGHTS,
        ("Profil que la personne n'a pas", "Profile that the person does not hold"),
        ("Le profil choisi n'est pas un des vôtres.", "The profile chosen is not one of yours."),
        CHECK_USER,
    ),
    reason(
        "PROFILE_WITHOUT_FIELDS",
        RIGHTS,
        ("Profil qui ne donne à voir aucune donnée", "Profile that shows no data"),
        ("Votre profil ne donne à voir aucune donnée ici.", "Your profile shows no data here."),
        CHECK_USER,
    ),
    reason(
        "PURPOSE_NOT_OF_PROFILE",
        RIGHTS,
        ("Finalité qui ne va pas avec le profil", "Purpose that does not go with the profile"),
        ("Le motif choisi ne va pas avec le profil choisi.", "The purpose chosen does not go with the profile chosen."),
        CHOOSE_PAIR,
    ),
    reason(
        "PURPOSE_NOT_IN_CONTRACT",
        RIGHTS,
        ("Finalité absente du contrat de service", "Purpose not in the service contract"),
        (
            "Le contrat de service de votre organisation ne prévoit pas ce motif.",
            "The service contract of your organisation does not provide this purpose.",
        ),
        ASK_CHANGE,
    ),
    reason(
        "PURPOSE_NOT_IN_EXTRANET",
        RIGHTS,
        ("Finalité que l'extranet ne sert pas", "Purpose not served by the extranet"),
        ("Cet extranet ne sert pas ce motif.", "This extranet does not serve this purpose."),
        CHOOSE_PAIR,
    ),
    reason(
        "TERRITORY_NOT_IN_CONTRACT",
        RIGHTS,
        ("Dossier hors du territoire du contrat", "Dossier outside the territory of the contract"),
        (
            "Le contrat de service de votre organisation ne couvre pas cette Caf.",
            "The service contract of your organisation does not cover this Caf.",
        ),
        ASK_CHANGE,
    ),
    reason(
        "TOKEN_NOT_FOR_EXTRANET",
        RIGHTS,
        ("Accès qui n'est pas pour cet extranet", "Access not for this extranet"),
        ("Vos droits ont changé depuis votre connexion.", "Your rights have changed since you signed in."),
        SIGN_IN_AGAIN,
    ),
    reason(
        "TOKEN_WITHOUT_PROFILE",
        RIGHTS,
        ("Accès qui ne porte pas ce profil", "Access without this profile"),
        ("Le profil choisi n'est pas un des vôtres aujourd'hui.", "The profile chosen is not one of yours today."),
        SIGN_IN_AGAIN,
    ),
    reason(
        "TOKEN_WITHOUT_PURPOSE",
        RIGHTS,
        ("Accès qui ne porte pas cette finalité", "Access without this purpose"),
        ("Le motif choisi ne vous est pas ouvert.", "The purpose chosen is not open to you."),
        CHOOSE_PAIR,
    ),
    reason(
        "TOKEN_WITHOUT_SERVICE_CONTRACT",
        RIGHTS,
        ("Accès qui ne porte pas ce contrat de service", "Access without this service contract"),
        ("Vos droits ont changé depuis votre connexion.", "Your rights have changed since you signed in."),
        SIGN_IN_AGAIN,
    ),
    reason(
        "TOKEN_WITHOUT_TERRITORY",
        RIGHTS,
        ("Dossier hors du territoire de l'accès", "Dossier outside the territory of the access"),
        ("Cette Caf n'est pas dans votre territoire.", "This Caf is not in your territory."),
        ASK_CHANGE,
    ),
    reason(
        "RIGHTS_STALE",
        UNAVAILABLE,
        ("Habilitations trop anciennes pour décider", "Rights too old to decide on"),
        (
            "Vos droits n'ont pas pu être vérifiés à l'instant, et rien n'est montré sans cette vérification.",
            "Your rights could not be checked just now, and nothing is shown without that.",
        ),
        SOON,
    ),
    reason(
        "SESSIONS_STALE",
        UNAVAILABLE,
        ("Fins de session trop anciennes pour décider", "List of ended sessions too old to decide on"),
        (
            "Votre connexion n'a pas pu être vérifiée à l'instant, et rien n'est montré sans cette vérification.",
            "Your session could not be checked just now, and nothing is shown without that.",
        ),
        SOON,
    ),
    reason(
        "SESSION_ENDED",
        RIGHTS,
        ("Session terminée", "Session ended"),
        ("Votre session a pris fin.", "Your session has ended."),
        SIGN_IN_AGAIN,
    ),
)
