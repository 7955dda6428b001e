"""The reasons of the protocols: what an application or a service did wrong. People meet the sentence of the kind."""

from partnerkit.reasons.entry import reason
from partnerkit.reasons.steps import APPLICATION, OPERATION, SIGN_IN, UNAVAILABLE

REASONS = (
    reason("CLIENT_UNKNOWN", APPLICATION, ("Application inconnue", "Application unknown")),
    reason("CLIENT_REFUSED", APPLICATION, ("Application non reconnue", "Application not recognised")),
    reason("REQUEST_REFUSED", APPLICATION, ("Demande incorrecte de l'application", "Wrong request of the application")),
    reason("CLIENT_TOKEN_REFUSED", APPLICATION, ("Jeton de l'application refusé", "Token of the application refused")),
    reason(
        "ASSERTION_CLAIMS",
        APPLICATION,
        ("Preuve d'identité de l'application incorrecte", "Wrong assertion of the application"),
    ),
    reason(
        "ASSERTION_REPLAYED",
        APPLICATION,
        ("Preuve d'identité de l'application présentée deux fois", "Assertion of the application used twice"),
    ),
    reason(
        "CERTIFICATE_MISSING",
        APPLICATION,
        ("Certificat de l'application absent", "Certificate of the application missing"),
    ),
    reason(
        "CERTIFICATE_EXPIRED",
        APPLICATION,
        ("Certificat de l'application périmé", "Certificate of the application out of date"),
    ),
    reason(
        "CERTIFICATE_UNKNOWN", APPLICATION, ("Certificat d'une autre application", "Certificate of another application")
    ),
    reason("CERTIFICATE_KEY", APPLICATION, ("Clé du certificat trop faible", "Key of the certificate too weak")),
    reason("CERTIFICATE_MALFORMED", APPLICATION, ("Certificat illisible", "Unreadable certificate")),
    reason("MALFORMED", APPLICATION, ("Jeton illisible", "Unreadable token")),
    reason("ALGORITHM", APPLICATION, ("Algorithme de signature refusé", "Signature algorithm refused")),
    reason("SIGNATURE", APPLICATION, ("Signature fausse", "Wrong signature")),
    reason("KEY_UNKNOWN", APPLICATION, ("Clé de l'application inconnue", "Unknown key of the application")),
    reason(
        "KEY_AMBIGUOUS",
        APPLICATION,
        ("Plusieurs clés de l'application du même nom", "Several keys of the application with one name"),
    ),
    reason(
        "KEYS_UNREACHABLE",
        APPLICATION,
        ("Clés de l'application introuvables", "Keys of the application cannot be fetched"),
    ),
    reason("DPOP_REFUSED", APPLICATION, ("Preuve de possession refusée", "Proof of possession refused")),
    reason(
        "DPOP_ALGORITHM",
        APPLICATION,
        ("Preuve de possession : algorithme refusé", "Proof of possession: algorithm refused"),
    ),
    reason("DPOP_KEY", APPLICATION, ("Preuve de possession : clé refusée", "Proof of possession: key refused")),
    reason(
        "DPOP_KEY_MISMATCH", APPLICATION, ("Preuve de possession d'une autre clé", "Proof of possession of another key")
    ),
    reason("DPOP_MALFORMED", APPLICATION, ("Preuve de possession illisible", "Unreadable proof of possession")),
    reason(
        "DPOP_METHOD",
        APPLICATION,
        ("Preuve de possession pour une autre méthode", "Proof of possession for another method"),
    ),
    reason(
        "DPOP_NONCE_NEEDED", APPLICATION, ("Preuve de possession à refaire", "Proof of possession to be made again")
    ),
    reason("DPOP_PROOF_MISSING", APPLICATION, ("Preuve de possession absente", "Proof of possession missing")),
    reason(
        "DPOP_REPLAYED", APPLICATION, ("Preuve de possession présentée deux fois", "Proof of possession used twice")
    ),
    reason(
        "DPOP_SIGNATURE",
        APPLICATION,
        ("Preuve de possession : signature fausse", "Proof of possession: wrong signature"),
    ),
    reason(
        "DPOP_TIME",
        APPLICATION,
        ("Preuve de possession trop ancienne ou en avance", "Proof of possession too old or too early"),
    ),
    reason(
        "DPOP_TOKEN_HASH",
        APPLICATION,
        ("Preuve de possession d'un autre jeton", "Proof of possession for another token"),
    ),
    reason(
        "DPOP_URI",
        APPLICATION,
        ("Preuve de possession pour une autre adresse", "Proof of possession for another address"),
    ),
    reason("BINDING_REFUSED", APPLICATION, ("Jeton lié à une autre clé", "Token bound to another key")),
    reason("BINDING_MISMATCH", APPLICATION, ("Jeton lié à une autre clé", "Token bound to another key")),
    reason("CODE_VERIFIER_REFUSED", APPLICATION, ("Preuve PKCE refusée", "PKCE proof refused")),
    reason("CODE_REUSED", APPLICATION, ("Code d'accès présenté deux fois", "Access code used twice")),
    reason("DEVICE_CODE_REUSED", APPLICATION, ("Code d'appareil présenté deux fois", "Device code used twice")),
    reason(
        "REFRESH_TOKEN_REUSED", APPLICATION, ("Jeton de prolongation présenté deux fois", "Refresh token used twice")
    ),
    reason("REFRESH_TOKEN_REVOKED", APPLICATION, ("Jeton de prolongation retiré", "Refresh token revoked")),
    reason(
        "DETAILS_NOT_GRANTED",
        APPLICATION,
        ("Droits demandés que la personne n'a pas", "Rights asked for that the person does not hold"),
    ),
    reason("EXCHANGE_REFUSED", APPLICATION, ("Échange de jeton refusé", "Token exchange refused")),
    reason(
        "SUBJECT_TOKEN_INVALID",
        APPLICATION,
        ("Échange : jeton de la personne refusé", "Exchange: token of the person refused"),
    ),
    reason(
        "SUBJECT_TOKEN_OF_CLIENT",
        APPLICATION,
        ("Échange : jeton qui n'est d'aucune personne", "Exchange: token of nobody"),
    ),
    reason(
        "SUBJECT_TOKEN_FOREIGN",
        APPLICATION,
        ("Échange : jeton d'une autre application", "Exchange: token of another application"),
    ),
    reason(
        "ACTOR_NOT_ALLOWED",
        APPLICATION,
        ("Échange : application qui ne peut pas agir", "Exchange: application that may not act"),
    ),
    reason(
        "ACTOR_TOKEN_INVALID",
        APPLICATION,
        ("Échange : jeton de l'application refusé", "Exchange: token of the application refused"),
    ),
    reason(
        "ACTOR_TOKEN_FOREIGN",
        APPLICATION,
        ("Échange : jeton d'une autre application", "Exchange: token of another application"),
    ),
    reason(
        "ACTORS_TOO_MANY",
        APPLICATION,
        ("Échange : trop d'applications à la suite", "Exchange: too many applications in a row"),
    ),
    reason("BAD_CLIENT", APPLICATION, ("Déclaration d'application incorrecte", "Wrong declaration of an application")),
    reason("CLIENT_ID_TAKEN", APPLICATION, ("Identifiant d'application déjà pris", "Client identifier already taken")),
    reason("CLIENT_CHANGED", APPLICATION, ("Application modifiée entre-temps", "Application changed meanwhile")),
    reason(
        "REGISTRATION_REFUSED",
        APPLICATION,
        ("Déclaration d'application refusée", "Registration of an application refused"),
    ),
    reason(
        "REGISTRATION_TOKEN_NAME_TAKEN",
        APPLICATION,
        ("Nom de jeton d'enregistrement déjà pris", "Name of a registration token already taken"),
    ),
    reason("REGISTRATION_TOKEN_UNKNOWN", APPLICATION, ("Jeton d'enregistrement inconnu", "Registration token unknown")),
    reason("BAD_LIMIT", APPLICATION, ("Limite d'enregistrement incorrecte", "Wrong limit of registrations")),
    reason("BAD_OWNER", APPLICATION, ("Propriétaire d'application incorrect", "Wrong owner of an application")),
    reason("BAD_NAME", APPLICATION, ("Nom de jeton d'enregistrement incorrect", "Wrong name of a registration token")),
    reason(
        "SECTOR_BUSY",
        APPLICATION,
        ("Adresses de l'application en cours de lecture", "Addresses of the application are being read"),
    ),
    reason(
        "FETCH_BAD_ADDRESS", APPLICATION, ("Adresse de l'application refusée", "Address of the application refused")
    ),
    reason(
        "FETCH_BAD_ANSWER",
        APPLICATION,
        ("Réponse incorrecte à l'adresse de l'application", "Wrong answer at the application's address"),
    ),
    reason(
        "FETCH_FAILED", APPLICATION, ("Adresse de l'application injoignable", "Address of the application out of reach")
    ),
    reason(
        "FETCH_FORBIDDEN_ADDRESS",
        APPLICATION,
        ("Adresse de l'application interdite", "Forbidden address of the application"),
    ),
    reason(
        "FETCH_TOO_LARGE",
        APPLICATION,
        ("Réponse trop longue à l'adresse de l'application", "Answer too long at the application's address"),
    ),
    reason("CALLER_NOT_ALLOWED", OPERATION, ("Service qui n'a pas le droit d'appeler", "Service that may not call")),
    reason("PEER_UNKNOWN", OPERATION, ("Service appelant inconnu", "Calling service unknown")),
    reason("INTERNAL", OPERATION, ("Erreur interne", "Internal error")),
    reason("DATABASE_CONTENTION", UNAVAILABLE, ("Base de données très occupée", "Database very busy")),
    reason("DATABASE_UNAVAILABLE", UNAVAILABLE, ("Base de données indisponible", "Database unavailable")),
    reason("DEADLINE_TOO_SHORT", UNAVAILABLE, ("Délai d'appel trop court", "Deadline of the call too short")),
    reason(
        "TOO_MANY_CALLS", UNAVAILABLE, ("Trop d'appels de programmes à la fois", "Too many calls of programs at once")
    ),
    reason("TOKEN_NOT_BOUND", APPLICATION, ("Jeton qui n'est lié à aucune clé", "Token that is bound to no key")),
    reason("SIGN_IN_TOO_OLD", SIGN_IN, ("Connexion trop ancienne ou trop faible", "Sign-in too old or too weak")),
    reason("TOO_MANY_STREAMS", UNAVAILABLE, ("Trop d'abonnements ouverts", "Too many open streams")),
    reason("DELIVERED_LATER", UNAVAILABLE, ("Envoi différé", "Delivered later")),
)
