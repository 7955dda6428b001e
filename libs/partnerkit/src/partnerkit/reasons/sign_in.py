"""The reasons of signing in, of sessions and of accounts."""

from partnerkit.reasons.entry import reason
from partnerkit.reasons.steps import (
    ADMINISTRATION,
    CHECK_USER,
    INPUT,
    NOT_NEEDED_HABPPS,
    NOTE,
    OPERATION,
    PORTAL_SAYS,
    RIGHTS,
    SIGN_IN,
    SOON,
    UNAVAILABLE,
)

REASONS = (
    reason(
        "INVALID_CREDENTIALS",
        SIGN_IN,
        ("Identifiant ou mot de passe incorrect", "Wrong identifier or password"),
        ("L'identifiant ou le mot de passe est incorrect.", "The identifier or the password is wrong."),
    ),
    reason(
        "ACCOUNT_LOCKED",
        SIGN_IN,
        ("Compte verrouillé", "Account locked"),
        ("Votre compte est verrouillé.", "Your account is locked."),
        CHECK_USER,
    ),
    reason(
        "SIGN_IN_AGAIN",
        SIGN_IN,
        ("Nouvelle connexion demandée", "New sign-in asked for"),
        ("Il faut vous connecter de nouveau.", "You have to sign in again."),
    ),
    reason(
        "SIGN_IN_UNFINISHED",
        SIGN_IN,
        ("Connexion non terminée", "Sign-in not finished"),
        ("Votre connexion n'est pas terminée.", "Your sign-in is not finished."),
    ),
    reason(
        "SIGN_IN_REQUIRED",
        SIGN_IN,
        ("Personne non connectée", "Person not signed in"),
        ("Vous n'êtes pas connecté, ou votre session a pris fin.", "You are not signed in, or your session has ended."),
    ),
    reason(
        "TOO_MANY_ATTEMPTS",
        SIGN_IN,
        ("Trop de tentatives", "Too many attempts"),
        ("Trop de tentatives ont été faites en peu de temps.", "Too many attempts were made in a short time."),
        SOON,
    ),
    reason(
        "PASSWORD_CHECKS_OVERLOADED",
        UNAVAILABLE,
        ("Trop de connexions en même temps", "Too many sign-ins at once"),
        ("Trop de personnes se connectent en même temps.", "Too many people sign in at the same time."),
    ),
    reason(
        "PASSWORD_REFUSED",
        INPUT,
        ("Mot de passe refusé par les règles", "Password refused by the rules"),
        ("Ce mot de passe ne respecte pas les règles.", "This password does not follow the rules."),
    ),
    reason(
        "ORGANISATION_NOT_YOURS",
        RIGHTS,
        ("Organisation d'autres personnes", "Organisation of other people"),
        (
            "Votre compte n'est pas, ou n'est plus, actif dans cette organisation.",
            "Your account is not, or no longer, active in this organisation.",
        ),
    ),
    reason(
        "CAF_ADMINISTRATOR_NEEDED",
        RIGHTS,
        ("Réservé aux administrateurs de la Caf", "For administrators of the Caf only"),
        ("Cette page est réservée aux administrateurs de la Caf.", "This page is for administrators of the Caf only."),
        NOT_NEEDED_HABPPS,
    ),
    reason("ACCOUNT_ID_TAKEN", ADMINISTRATION, ("Numéro de compte déjà pris", "Account number already taken")),
    reason(
        "NO_FREE_USERNAME", ADMINISTRATION, ("Plus d'identifiant libre pour ce nom", "No identifier left for this name")
    ),
    reason(
        "PERSON_INVALID", INPUT, ("Nom ou adresse de la personne incorrects", "Wrong name or address of the person")
    ),
    reason("TOO_MANY_ACCOUNTS", INPUT, ("Trop de comptes demandés à la fois", "Too many accounts asked for at once")),
    reason("NOTICE_INVALID", INPUT, ("Courriel d'information illisible", "Unreadable information mail")),
    reason("ORDER_INCOMPLETE", INPUT, ("Demande de compte incomplète", "Incomplete order of an account")),
    reason("DENIED_BY_PERSON", NOTE, ("Refus de la personne", "Refused by the person")),
    reason("LOGOUT", NOTE, ("Déconnexion", "Signing out")),
    reason("EXPIRED", NOTE, ("Durée dépassée", "Time over")),
    reason("LOCKED", NOTE, ("Compte verrouillé", "Account locked")),
    reason("PASSWORD_CHANGED", NOTE, ("Mot de passe changé", "Password changed")),
    reason("PASSWORD_RESET", NOTE, ("Nouveau mot de passe provisoire", "New provisional password")),
    reason("NOT_ME", NOTE, ("La personne ne se reconnaît pas", "The person says it was somebody else")),
    reason("ADMINISTRATOR", NOTE, ("Demande d'un administrateur", "Asked for by an administrator")),
    reason("ORGANISATION_CHANGED", NOTE, ("Changement d'organisation", "Change of organisation")),
    reason("REPLACED", NOTE, ("Remplacée par une nouvelle session", "Replaced by a new session")),
    reason("TOKEN_REVOKED", NOTE, ("Accès rendu ou retiré", "Access given back or withdrawn")),
    reason("CLIENT_CLOSED", NOTE, ("Application fermée", "Application closed")),
    reason(
        "LOGIN_ACCESS_DENIED",
        RIGHTS,
        ("Accès refusé à la connexion", "Access denied at sign-in"),
        (
            "Mon compte partenaire n'ouvre pas ce service à votre compte aujourd'hui.",
            "Mon compte partenaire does not open this service to your account today.",
        ),
        PORTAL_SAYS,
    ),
    reason(
        "LOGIN_ATTEMPT_UNKNOWN",
        SIGN_IN,
        ("Connexion trop ancienne ou déjà utilisée", "Sign-in too old or already used"),
        (
            "Elle a commencé il y a trop longtemps, dans un autre navigateur, ou elle a déjà été utilisée.",
            "It began too long ago, in another browser, or it was used already.",
        ),
    ),
    reason(
        "LOGIN_RESPONSE_INVALID",
        SIGN_IN,
        ("Réponse de connexion incorrecte", "Wrong answer to a sign-in"),
        ("La réponse reçue ne correspond pas à votre demande.", "The answer does not match your request."),
    ),
    reason(
        "LOGIN_INTERRUPTED",
        SIGN_IN,
        ("Connexion interrompue", "Sign-in interrupted"),
        (
            "La connexion à Mon compte partenaire a été interrompue.",
            "Signing in to Mon compte partenaire was interrupted.",
        ),
    ),
    reason(
        "TOKEN_REFUSED",
        SIGN_IN,
        ("Preuve d'identité refusée", "Proof of identity refused"),
        (
            "La preuve d'identité reçue n'est pas celle que ce service attend.",
            "The proof of identity is not the one this service expects.",
        ),
    ),
    reason("TOKEN_MISSING", SIGN_IN, ("Appel sans jeton d'accès", "Call without an access token")),
    reason(
        "GRANT_REFUSED",
        SIGN_IN,
        ("Connexion non confirmée", "Sign-in not confirmed"),
        (
            "Mon compte partenaire n'a pas confirmé votre connexion, par exemple parce qu'elle a trop attendu.",
            "Mon compte partenaire did not confirm your sign-in, for example because it waited too long.",
        ),
    ),
    reason(
        "ISSUER_UNREACHABLE",
        UNAVAILABLE,
        ("Mon compte partenaire ne répond pas", "Mon compte partenaire does not answer"),
        (
            "Mon compte partenaire, qui vérifie votre identité, ne répond pas.",
            "Mon compte partenaire, which checks your identity, does not answer.",
        ),
    ),
    reason(
        "STEP_UP_NEEDED",
        SIGN_IN,
        ("Connexion plus sûre demandée", "Stronger sign-in asked for"),
        ("Cette application demande une connexion plus sûre.", "This application asks for a stronger sign-in."),
    ),
    reason(
        "CSRF_REFUSED",
        ADMINISTRATION,
        ("Formulaire trop ancien", "Form too old"),
        (
            "La page est restée ouverte trop longtemps, ou elle a été ouverte dans un autre navigateur.",
            "The page was open too long, or it was opened in another browser.",
        ),
    ),
    reason(
        "FORM_STILL_UNDER_WAY",
        ADMINISTRATION,
        ("Formulaire déjà en cours", "Form already under way"),
        ("Le même envoi est encore en cours de traitement.", "The same sending is still being handled."),
        SOON,
    ),
    reason(
        "PAGE_GONE",
        ADMINISTRATION,
        ("Réponse plus gardée", "Answer no longer kept"),
        ("La page n'est gardée qu'un quart d'heure.", "The page is kept for a quarter of an hour only."),
    ),
    reason("DEVICE_REFUSED", SIGN_IN, ("Appareil refusé", "Device refused")),
    reason("MAIL_NOT_SENT", UNAVAILABLE, ("Courriel pas encore parti", "Mail not sent yet")),
    reason("MAIL_REFUSED", OPERATION, ("Courriel refusé par le relais", "Mail refused by the relay")),
    reason("QUEUE_ITEM_UNKNOWN", OPERATION, ("Élément de file inconnu", "Unknown item of a queue")),
    reason("BAD_DATA_FILE", OPERATION, ("Fichier de données incorrect", "Wrong data file")),
    reason("SIGNING_KEYS_UNAVAILABLE", UNAVAILABLE, ("Clés de signature indisponibles", "Signing keys unavailable")),
    reason("SIGNING_KEY_UNKNOWN", OPERATION, ("Clé de signature inconnue", "Signing key unknown")),
    reason("NEXT_KEY_PREPARED", OPERATION, ("Prochaine clé déjà prête", "Next key already prepared")),
    reason(
        "RIGHT_LOST",
        RIGHTS,
        ("Droit perdu depuis la connexion", "Right lost since the sign-in"),
        ("Cet extranet ne vous est plus ouvert.", "This extranet is no longer open to you."),
    ),
    reason("RIGHTS_LOST", NOTE, ("Droits perdus", "Rights lost")),
    reason("PROVISIONAL_EXPIRED", SIGN_IN, ("Mot de passe provisoire expiré", "Provisional password expired")),
    reason("PROVISIONAL_USED", SIGN_IN, ("Mot de passe provisoire déjà utilisé", "Provisional password already used")),
)
