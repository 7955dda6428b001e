"""The reasons of the journal of audit and of consultations."""

from partnerkit.reasons.entry import reason
from partnerkit.reasons.steps import ADMINISTRATION, INPUT, NOTE, OPERATION, OWN_SEARCH, RIGHTS, UNAVAILABLE

REASONS = (
    reason(
        "SEARCH_NOT_YOURS",
        RIGHTS,
        ("Recherche d'un autre auditeur", "Search of another auditor"),
        (
            "Les résultats d'une recherche ne sont ouverts qu'à l'auditeur qui l'a faite.",
            "The results of a search are open only to the auditor who made it.",
        ),
        OWN_SEARCH,
    ),
    reason(
        "EVENT_UNKNOWN",
        ADMINISTRATION,
        ("Événement inconnu ou d'une autre Caf", "Event unknown or of another Caf"),
        (
            "L'événement n'existe pas, ou il concerne une autre Caf que la vôtre.",
            "The event does not exist, or it concerns another Caf than yours.",
        ),
        OWN_SEARCH,
    ),
    reason("INVALID_SEARCH", INPUT, ("Recherche incorrecte", "Wrong search")),
    reason("INVALID_WORDS", OPERATION, ("Libellés refusés par le journal", "Words refused by the journal")),
    reason("INVALID_EVENT", OPERATION, ("Événement refusé par le journal", "Event refused by the journal")),
    reason(
        "PRODUCER_NOT_CALLER",
        OPERATION,
        ("Événement au nom d'un autre service", "Event in the name of another service"),
    ),
    reason("EVENT_ID_REUSED", OPERATION, ("Numéro d'événement employé deux fois", "Event number used twice")),
    reason("NOT_YET_IN_TREE", UNAVAILABLE, ("Événement pas encore scellé", "Event not sealed yet")),
    reason("TREE_SIZE_UNKNOWN", INPUT, ("Taille de journal inconnue", "Unknown size of the journal")),
    reason(
        "SHARD_KEY_MISSING", OPERATION, ("Clé d'un mois du journal absente", "Key of a month of the journal missing")
    ),
    reason("CLOCK_JUMPED", OPERATION, ("Horloge déréglée", "Clock not right")),
    reason(
        "DESTRUCTION_SUSPENDED",
        OPERATION,
        (
            "Destruction des clés suspendue après un saut de l'horloge",
            "Destruction of keys suspended: the clock jumped",
        ),
    ),
    reason(
        "JOURNAL_UNAVAILABLE",
        UNAVAILABLE,
        ("Journal indisponible", "Journal unavailable"),
        (
            "Votre consultation doit être inscrite au journal avant d'être montrée, et elle n'a pas pu l'être.",
            "Your reading must be written into the journal before it is shown, and it could not be.",
        ),
    ),
    reason(
        "JOURNAL_QUEUE_FULL",
        UNAVAILABLE,
        ("Journal très occupé", "Journal very busy"),
        (
            "Trop d'événements attendent d'être inscrits au journal.",
            "Too many events wait to be written into the journal.",
        ),
    ),
    reason(
        "JOURNAL_DAMAGED",
        OPERATION,
        ("Journal abîmé", "Journal damaged"),
        (
            "Le contenu du journal ne correspond plus à ce qui a été signé.",
            "The content of the journal no longer matches what was signed.",
        ),
    ),
    reason(
        "AUDIT_UNAVAILABLE",
        UNAVAILABLE,
        ("Journal d'audit sans réponse", "No answer from the audit journal"),
        (
            "Chaque consultation est inscrite au journal avant d'être montrée, et le journal ne répond pas.",
            "Each consultation is written into the journal before it is shown, and the journal does not answer.",
        ),
    ),
    reason("AUDIT_UNREACHABLE", UNAVAILABLE, ("Journal d'audit injoignable", "Audit journal out of reach")),
    reason("DOSSIER_UNKNOWN", INPUT, ("Dossier inconnu", "Dossier unknown")),
    reason("INVALID_CONSULTATION", INPUT, ("Demande de consultation incorrecte", "Wrong request of a consultation")),
    reason("FOUND", NOTE, ("Trouvé", "Found")),
    reason(
        "NAME_MISMATCH", NOTE, ("Le nom saisi n'est pas celui du dossier", "The name typed is not that of the dossier")
    ),
    reason(
        "NO_CHILD_UNDER_7", NOTE, ("Aucun enfant de moins de 7 ans dans le dossier", "No child under 7 in the dossier")
    ),
    reason("OUT_OF_TERRITORY", NOTE, ("Dossier hors du territoire", "Dossier outside the territory")),
    reason(
        "PERSON_NOT_INFORMED",
        INPUT,
        ("Personne concernée pas informée", "The person concerned was not informed"),
        (
            "La personne concernée doit être informée avant la consultation.",
            "The person concerned has to be informed before the consultation.",
        ),
    ),
    reason("CLOSED", NOTE, ("Dossier radié", "Dossier closed")),
    reason("TRANSFERRED", NOTE, ("Dossier muté vers une autre Caf", "Dossier transferred to another Caf")),
    reason("BEING_AFFILIATED", NOTE, ("Dossier en cours d'affiliation", "Dossier being opened")),
    reason("SUSPENDED", NOTE, ("Dossier suspendu", "Dossier suspended")),
    reason("INCOMPLETE", NOTE, ("Dossier incomplet", "Dossier incomplete")),
    reason("DECEASED", NOTE, ("Dossier fermé à la suite d'un décès", "Dossier closed after a death")),
    reason("NO_RIGHT", NOTE, ("Aucun droit ouvert", "No benefit open")),
    reason("QF_UNAVAILABLE", NOTE, ("Quotient familial non disponible", "Quotient familial not available")),
    reason("RESOURCES_MISSING", NOTE, ("Ressources absentes", "Resources missing")),
    reason("NOT_ELIGIBLE", NOTE, ("Dossier trouvé, non éligible", "Dossier found, not eligible")),
    reason("ELIGIBILITY_UNKNOWN", NOTE, ("Éligibilité inconnue", "Eligibility unknown")),
)
