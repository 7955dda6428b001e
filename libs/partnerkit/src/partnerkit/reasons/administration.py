"""The reasons of habpps: why an act of administration is refused. Its forms name the fields themselves."""

from partnerkit.reasons.entry import reason
from partnerkit.reasons.steps import ADMINISTRATION, ASK_CHANGE, INPUT, NOT_NEEDED_HABPPS, OPERATION, RIGHTS

REASONS = (
    reason(
        "ROLE_NOT_CONFIRMED",
        RIGHTS,
        ("Rôle non confirmé par le registre", "Role not confirmed by the register"),
        (
            "Le registre des habilitations ne confirme pas votre rôle : il a pu vous être retiré.",
            "The register of habilitations does not confirm your role: it may have been withdrawn.",
        ),
        NOT_NEEDED_HABPPS,
    ),
    reason(
        "ROLE_NOT_ALLOWED",
        RIGHTS,
        ("Action d'un autre rôle", "Act of another role"),
        (
            "La Caf gère conventions et contrats de service ; l'administrateur du partenaire, groupes et utilisateurs.",
            "The Caf manages conventions and service contracts; the partner's administrator, groups and users.",
        ),
        NOT_NEEDED_HABPPS,
    ),
    reason("OTHER_ORGANISATION", RIGHTS, ("Cela concerne une autre organisation", "It concerns another organisation")),
    reason(
        "UNKNOWN",
        ADMINISTRATION,
        ("Chose inconnue, ou d'une autre organisation", "Unknown thing, or of another organisation"),
        (
            "Rien ne correspond à cette adresse parmi ce que vous administrez.",
            "Nothing matches this address among what you administer.",
        ),
    ),
    reason(
        "IDEMPOTENCY_KEY_TAKEN",
        ADMINISTRATION,
        ("Clé déjà utilisée pour un autre acte", "Key used for another act already"),
    ),
    reason(
        "CONVENTION_NOT_ACTIVE",
        ADMINISTRATION,
        ("Convention pas en vigueur", "Convention not in force"),
        (
            "La convention n'est pas en vigueur : elle doit d'abord être signée par les deux.",
            "The convention is not in force: both have to sign it first.",
        ),
    ),
    reason(
        "CHANGED_MEANWHILE",
        ADMINISTRATION,
        ("Changé entre-temps par quelqu'un d'autre", "Changed meanwhile by somebody else"),
    ),
    reason(
        "TRANSITION_REFUSED",
        ADMINISTRATION,
        ("La situation avait déjà changé", "The situation had already changed"),
        (
            "La situation a changé depuis que la page a été affichée.",
            "The situation has changed since the page was shown.",
        ),
    ),
    reason(
        "SIRET_TAKEN",
        ADMINISTRATION,
        ("SIRET déjà connu", "SIRET already known"),
        ("Une organisation avec ce SIRET existe déjà.", "An organisation with this SIRET exists already."),
    ),
    reason(
        "REFERENCE_TAKEN",
        ADMINISTRATION,
        ("Référence de convention déjà prise", "Reference of the convention already taken"),
        ("Une autre convention porte déjà cette référence.", "Another convention already has this reference."),
    ),
    reason(
        "SERVICE_CONTRACT_EXISTS",
        ADMINISTRATION,
        ("Contrat de service déjà en cours", "Service contract already in force"),
        (
            "Un contrat de service est déjà en cours pour cet extranet.",
            "A service contract is already in force for this extranet.",
        ),
    ),
    reason(
        "GROUP_NAME_TAKEN",
        ADMINISTRATION,
        ("Nom de groupe déjà pris", "Group name already taken"),
        ("Un groupe ouvert porte déjà ce nom.", "An open group already has this name."),
    ),
    reason(
        "PERSON_DIFFERS",
        ADMINISTRATION,
        ("Compte d'une personne d'un autre nom", "Account of a person of another name"),
        (
            "Ce compte est celui d'une personne d'un autre nom ou d'une autre adresse.",
            "This account belongs to a person of another name or address.",
        ),
    ),
    reason(
        "INVITATION_CLOSED",
        ADMINISTRATION,
        ("Invitation déjà répondue ou retirée", "Invitation answered or withdrawn already"),
        (
            "L'invitation a déjà reçu une réponse, a été retirée, ou sa date est passée.",
            "The invitation was answered or withdrawn already, or its time is over.",
        ),
    ),
    reason(
        "EXTRANET_CLOSED",
        ADMINISTRATION,
        ("Extranet déjà retiré", "Extranet withdrawn already"),
        (
            "L'extranet est déjà retiré.",
            "The extranet is withdrawn already.",
        ),
    ),
    reason(
        "INVITED_ALREADY",
        ADMINISTRATION,
        ("Invitation déjà en cours", "Invitation waiting already"),
        (
            "Une invitation à cette adresse attend déjà une réponse.",
            "An invitation to this address waits for an answer already.",
        ),
    ),
    reason(
        "ACCOUNT_EXISTS",
        ADMINISTRATION,
        ("Compte déjà ouvert à ce nom", "Account of this name exists already"),
        (
            "Une personne de ce nom a déjà un compte avec cette adresse.",
            "A person of this name has an account with this address already.",
        ),
    ),
    reason(
        "ADDRESS_CHANGE_CLOSED",
        ADMINISTRATION,
        ("Adresse déjà confirmée ou retirée", "Address confirmed or taken back already"),
        (
            "La nouvelle adresse a déjà été confirmée ou retirée, ou sa date est passée.",
            "The new address was confirmed or taken back already, or its time is over.",
        ),
    ),
    reason(
        "EMAIL_TAKEN",
        ADMINISTRATION,
        ("Adresse déjà connue dans l'organisation", "Address already known in the organisation"),
        (
            "Cette adresse est déjà celle d'une personne de votre organisation.",
            "This address is already that of somebody in your organisation.",
        ),
    ),
    reason(
        "ALREADY_IN_GROUP",
        ADMINISTRATION,
        ("Déjà dans le groupe", "Already in the group"),
        ("Cette personne est déjà dans ce groupe.", "This person is already in this group."),
    ),
    reason(
        "MAXIMUM_USERS_REACHED",
        ADMINISTRATION,
        ("Nombre de personnes du contrat atteint", "Number of people of the contract reached"),
        (
            "Le contrat de service limite le nombre de personnes, et ce nombre est atteint.",
            "The service contract limits the number of people, and the limit is reached.",
        ),
        ASK_CHANGE,
    ),
    reason(
        "SELF_ASSIGNMENT_TO_CONFIRM",
        ADMINISTRATION,
        ("Profil pour soi-même, à confirmer", "Profile for oneself, to be confirmed"),
        ("Vous vous donnez ce profil à vous-même : confirmez-le.", "You give yourself this profile: confirm it."),
    ),
    reason(
        "USER_NOT_ACTIVE",
        ADMINISTRATION,
        ("Utilisateur qui n'est pas actif", "User who is not active"),
        ("Cet utilisateur n'est pas actif.", "This user is not active."),
    ),
    reason(
        "OWN_SECOND_STEP",
        ADMINISTRATION,
        ("Deuxième étape de son propre compte", "Second step of one's own account"),
        (
            "Un autre administrateur doit retirer votre deuxième étape de connexion.",
            "Another administrator has to take your second step off.",
        ),
    ),
    reason(
        "LAST_ADMINISTRATOR",
        ADMINISTRATION,
        ("Seul administrateur de l'organisation", "Only administrator of the organisation"),
        (
            "C'est le seul administrateur : nommez d'abord son remplaçant.",
            "This is the only administrator: appoint a successor first.",
        ),
    ),
    reason(
        "OWN_REQUEST",
        ADMINISTRATION,
        ("Approbation de sa propre demande", "Approval of one's own request"),
        (
            "Personne n'approuve sa propre demande : un autre administrateur doit le faire.",
            "Nobody approves their own request: another administrator must do it.",
        ),
    ),
    reason(
        "REQUEST_DECIDED",
        ADMINISTRATION,
        ("Demande déjà décidée", "Request decided already"),
        (
            "Cette demande est déjà décidée, ou son délai est passé.",
            "This request is decided already, or its time is over.",
        ),
    ),
    reason("FORM_REFUSED", INPUT, ("Saisie incorrecte", "Wrong input")),
    reason("IMPORT_REFUSED", INPUT, ("Fichier d'import incorrect", "Wrong file to import")),
    reason("ACCOUNT_UNKNOWN", ADMINISTRATION, ("Compte inconnu", "Account unknown")),
    reason("REPLICA_NAME", OPERATION, ("Nom de réplique incorrect", "Wrong name of a replica")),
    reason("REVISION_UNKNOWN", OPERATION, ("Révision des droits inconnue", "Revision of the rights unknown")),
    reason("EPOCH_CHANGED", OPERATION, ("Registre repris d'une sauvegarde", "Register restored from a backup")),
    reason(
        "NOTHING_TO_RETRY",
        ADMINISTRATION,
        ("Rien à reprendre", "Nothing to be tried again"),
        (
            "Rien n'est à reprendre : la demande a été renvoyée entre-temps.",
            "Nothing is to be tried again: the request was sent again meanwhile.",
        ),
    ),
)
