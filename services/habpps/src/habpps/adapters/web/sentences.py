"""What people read when something is refused or done: by reason code and by type of act."""

from collections import defaultdict
from collections.abc import Mapping

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from habpps.adapters.web.outcome_sentences import of
from habpps.use_cases.ports import ActRecord
from partnerkit.days import InvalidDayError, iso_day
from partnerkit.event_words import words_of
from partnerkit.web import ADDRESS_SENTENCES, TEXT_SENTENCES
from servicekit.event_words import TYPE
from servicekit.typography import typeset
from servicekit.web import RefusalText
from servicekit.web.formats import longdate

FIELD_SENTENCES: dict[str, str] = {
    **TEXT_SENTENCES,
    **ADDRESS_SENTENCES,
    "TEXT_NOT_CLEAN": _l("Ce texte contient des caractères invisibles. Retapez-le."),
    "REASON_EMPTY": _l("Indiquez le motif : il est inscrit au journal."),
    "SIRET_EMPTY": _l("Saisissez le SIRET de l'organisation, 14 chiffres."),
    "SIRET_NOT_DIGITS": _l("Le SIRET ne contient que des chiffres ; vérifiez qu'aucune lettre ne s'y est glissée."),
    "SIRET_IS_SIREN": _l("C'est un SIREN (9 chiffres). Ajoutez les 5 chiffres de l'établissement pour avoir le SIRET."),
    "SIRET_LENGTH": _l("Le SIRET compte 14 chiffres ; il en manque ou il y en a trop."),
    "SIREN_KEY_WRONG": _l("Les 9 premiers chiffres ne forment pas un SIREN : l'un d'eux est faux."),
    "SIRET_KEY_WRONG": _l("Les 9 premiers chiffres sont justes, mais l'un des 5 derniers est faux."),
    "DATE_YEAR": _l("Vérifiez l'année."),
    "NUMBER_MALFORMED": _l("Saisissez un nombre entier."),
    "ENDS_BEFORE_START": _l("La date de fin est avant la date de début."),
    "IN_THE_FUTURE": _l("Cette date est dans le futur."),
    "IN_THE_PAST": _l("Cette date est passée."),
    "TOO_FAR_IN_THE_PAST": _l("Cette date est passée depuis plus d'un an : vérifiez l'année."),
    "UNCHANGED": _l("C'est déjà ce qui est enregistré : rien n'a changé."),
    "DEPARTURE_UNCHANGED": _l("C'est déjà la date notée : rien n'a changé."),
    "AFTER_THE_END": _l("La convention prend fin avant cette date."),
    "PROFILE_RESERVED": _l("Les profils T6 à T9 ne sont pas ouverts."),
    "PROFILE_UNKNOWN": _l("Choisissez un profil de la liste."),
    "PROFILE_NOT_IN_EXTRANET": _l("Cet extranet ne connaît pas ce profil."),
    "PURPOSE_UNKNOWN": _l("Cette finalité n'est pas prévue pour cet extranet."),
    "PURPOSE_WITHOUT_PROFILE": _l("Une finalité choisie ne va avec aucun des profils choisis."),
    "PROFILE_WITHOUT_PURPOSE": _l("Un profil choisi ne va avec aucune des finalités choisies."),
    "EXTRANET_NOT_OF_PROFILE": _l("Le profil de ce groupe n'ouvre pas cet extranet."),
    "NUMBER_OUT_OF_RANGE": _l("Saisissez un nombre de 1 à 10 000, ou rien."),
    "EXTRANET_UNKNOWN": _l("Choisissez un extranet de la liste."),
    "NOTHING_CHANGES": _l("Rien ne change : rien n'a été enregistré."),
    "FEWER_THAN_PEOPLE": _l(
        "Plus de personnes que cela ont cet extranet. Retirez-le d'abord à celles qui n'en ont plus besoin."
    ),
    "TERRITORY_IS_OWN": _l("Ce contrat couvre déjà les dossiers de cette Caf, qui le signe."),
    "TERRITORY_EXTENDED_ALREADY": _l("Ce contrat est déjà étendu à cette Caf."),
    "PEOPLE_OUT_OF_RANGE": _l("Saisissez un nombre de 1 à 100 000."),
    "DECIDER_NOT_POSSIBLE": _l("Aucun partenaire ne fait cet acte : seule la Caf peut donner son accord."),
    "CAF_UNKNOWN": _l("Choisissez une Caf de la liste."),
}
CONFLICT_SENTENCES: dict[str, str] = {
    "SIRET_TAKEN": _l("Une organisation avec ce SIRET existe déjà. Recherchez-la dans la liste des organisations."),
    "REFERENCE_TAKEN": _l("Une autre convention porte déjà cette référence."),
    "CONVENTION_NOT_ACTIVE": _l("La convention n'est pas en vigueur : elle doit d'abord être signée par les deux."),
    "SERVICE_CONTRACT_EXISTS": _l("Un contrat de service est déjà en cours pour cet extranet."),
    "PROFILE_NOT_IN_CONTRACT": _l(
        "Aucun contrat de service en vigueur ne prévoit le profil %(profile)s. Profils possibles : %(possible)s. "
        "Pour un autre profil, adressez-vous à la Caf."
    ),
    "GROUP_NAME_TAKEN": _l("Un groupe ouvert porte déjà ce nom."),
    "GROUP_CLOSED": _l("Ce groupe est fermé."),
    "PERSON_DIFFERS": _l(
        "Cette adresse est celle d'une personne d'un autre nom dans l'organisation. Vérifiez le nom et l'adresse."
    ),
    "INVITATION_CLOSED": _l("Cette invitation a déjà reçu une réponse, ou elle a été retirée."),
    "EXTRANET_CLOSED": _l("Cet extranet est déjà retiré."),
    "INVITED_ALREADY": _l("Une invitation à cette adresse attend déjà une réponse."),
    "ADDRESS_CHANGE_CLOSED": _l("Cette demande n'attend plus : l'adresse a été confirmée, ou sa date est passée."),
    "EMAIL_TAKEN": _l("Cette adresse est déjà celle d'une personne de votre organisation."),
    "ALREADY_IN_GROUP": _l("Cette personne est déjà dans ce groupe."),
    "MAXIMUM_USERS_REACHED": _l(
        "Le contrat de service prévoit %(maximum)s personnes au plus pour cet extranet. Retirez une habilitation "
        "devenue inutile, ou adressez-vous à la Caf."
    ),
    "SELF_ASSIGNMENT_TO_CONFIRM": _l(
        "Vous vous donnez ce profil à vous-même. Cochez la case de confirmation : cet acte sera signalé au journal."
    ),
    "USER_NOT_ACTIVE": _l("Cet utilisateur n'est pas actif : déverrouillez-le ou changez sa date de départ."),
    "OWN_SECOND_STEP": _l(
        "C'est votre propre compte : un autre administrateur doit retirer votre deuxième étape de connexion."
    ),
    "NOTHING_TO_RETRY": _l("Rien n'est à reprendre : la demande a été renvoyée entre-temps."),
    "OWN_REQUEST": _l("Vous avez fait cette demande : un autre administrateur doit l'approuver."),
    "REQUEST_DECIDED": _l("Cette demande est déjà décidée, ou son délai est passé."),
    "LAST_ADMINISTRATOR": _l(
        "Aucun autre administrateur ne peut se connecter. Nommez d'abord la personne qui prend la suite."
    ),
    "TRANSITION_REFUSED": _l("Ce n'est plus possible : la situation a changé. Revenez à la page précédente."),
}
REFUSAL_TEXTS: Mapping[str, RefusalText] = {
    "ROLE_NOT_CONFIRMED": RefusalText(
        _l("Habpps ne vous est pas ouvert"),
        _l("Vous êtes connecté, mais vous n'êtes pas administrateur de cette organisation."),
        _l("Le registre des habilitations ne confirme pas ce rôle : il a pu vous être retiré."),
        _l("La Caf qui a signé la convention nomme les administrateurs. Donnez-lui la référence ci-dessous."),
    ),
    "ROLE_NOT_ALLOWED": RefusalText(
        _l("Cet acte ne relève pas de votre rôle"),
        _l("Rien n'a été changé."),
        _l("L'administrateur de la Caf gère conventions et contrats ; celui du partenaire, groupes et utilisateurs."),
        _l("Adressez-vous à l'administrateur concerné."),
    ),
    "CONVENTION_SUSPENDED": RefusalText(
        _l("La convention est suspendue"),
        _l("Vous pouvez consulter Habpps, mais rien ne peut être changé."),
        _l("La Caf a suspendu la convention de votre organisation."),
        _l("Adressez-vous à la Caf qui a signé la convention."),
    ),
    "UNKNOWN": RefusalText(
        _l("Cette page n'existe pas"),
        _l("Rien ne correspond à cette adresse parmi ce que vous administrez."),
        _l("L'adresse est incomplète, ou ce que vous cherchez n'existe plus."),
        _l("Revenez à l'accueil et passez par les listes."),
    ),
    "AUDIT_UNAVAILABLE": RefusalText(
        _l("Le journal d'audit ne confirme pas votre acte"),
        _l("Votre acte est peut-être déjà enregistré : vérifiez dans Habpps avant de recommencer."),
        _l("Chaque acte est inscrit au journal d'audit, qui ne répond pas pour l'instant."),
        _l("Si la page affiche encore ce message dans quelques minutes, prévenez la Caf."),
    ),
    "TRANSITION_REFUSED": RefusalText(
        _l("Ce n'est plus possible"),
        _l("Rien n'a été changé."),
        _l("La situation a changé depuis que la page a été affichée."),
        _l("Revenez à la page précédente et actualisez-la."),
    ),
}
ACT_SENTENCES: dict[str, str] = {
    "habpps.organisation.created": _l("a créé l'organisation « %(label)s » (convention %(convention)s)."),
    "habpps.review_rule.changed": _l("a changé la règle de la deuxième personne pour « %(label)s »."),
    "habpps.convention.signed": _l("a enregistré les signatures de la convention %(label)s."),
    "habpps.convention.suspended": _l("a suspendu la convention %(label)s."),
    "habpps.convention.reactivated": _l("a levé la suspension de la convention %(label)s."),
    "habpps.convention.denounced": _l("a enregistré la dénonciation de la convention %(label)s."),
    "habpps.convention.ended": _l("a mis fin à la convention %(label)s."),
    "habpps.convention.terminated": _l("a résilié la convention %(label)s pour manquement."),
    "habpps.service_contract.opened": _l(
        "a ouvert le contrat de service « %(label)s » (profils %(profiles)s, territoire de la Caf %(caf)s)."
    ),
    "habpps.service_contract.changed": _l(
        "a modifié le contrat de service « %(label)s » "
        "(profils %(profiles)s, fin %(ends_on)s, personnes au plus : %(maximum_users)s)."
    ),
    "habpps.territory.extended": _l(
        "a étendu le contrat de service « %(label)s » aux dossiers de la Caf %(caf)s, à partir du %(starts_on)s."
    ),
    "habpps.territory.ended": _l("a mis fin à l'extension du contrat « %(label)s » à la Caf %(caf)s."),
    "habpps.service_contract.suspended": _l("a suspendu le contrat de service « %(label)s »."),
    "habpps.service_contract.reactivated": _l("a réactivé le contrat de service « %(label)s »."),
    "habpps.service_contract.ended": _l("a mis fin au contrat de service « %(label)s »."),
    "habpps.administrator.appointed": _l("a nommé %(label)s administrateur."),
    "habpps.administrator.confirmed": _l("a confirmé un rôle d'administrateur."),
    "habpps.administrator.withdrawn": _l("a retiré le rôle d'administrateur %(of_label)s."),
    "habpps.group.created": _l("a créé le groupe « %(label)s » (profil %(profile)s)."),
    "habpps.group.changed": _l("a modifié le groupe « %(label)s » (profil %(profile)s, avant %(profile_before)s)."),
    "habpps.group.opened": _l("a ouvert %(extranet)s à %(people)s membres du groupe « %(label)s »."),
    "habpps.group.closed": _l("a fermé le groupe « %(label)s »."),
    "habpps.extranet.withdrawn": _l("a retiré l'extranet %(label)s : il n'est plus ouvert à personne."),
    "habpps.administrator.invited": _l("a invité %(label)s à administrer les comptes."),
    "habpps.invitation.sent": _l("a invité %(label)s."),
    "habpps.invitation.sent_again": _l("a renvoyé l'invitation de %(label)s."),
    "habpps.invitation.withdrawn": _l("a retiré l'invitation de %(label)s."),
    "habpps.invitation.accepted": _l("a accepté l'invitation."),
    "habpps.invitation.to_confirm": _l("a accepté l'invitation de %(label)s sous un autre nom."),
    "habpps.invitation.confirmed": _l("a confirmé que %(answered_name)s est la personne invitée."),
    "habpps.invitation.refused": _l("a refusé la réponse de %(answered_name)s."),
    "habpps.person.corrected": _l("a corrigé le nom %(of_label)s."),
    "habpps.user.function_corrected": _l("a corrigé la fonction %(of_label)s : %(job_title)s."),
    "habpps.address.asked": _l("a demandé une nouvelle adresse pour %(label)s."),
    "habpps.address.confirmed": _l("a confirmé sa nouvelle adresse."),
    "habpps.address.withdrawn": _l("a retiré la demande d'une nouvelle adresse pour %(label)s."),
    "habpps.user.created": _l("a créé l'utilisateur %(label)s (%(job_title)s)."),
    "habpps.user.attached": _l("a inscrit %(label)s, dont le compte existait, comme utilisateur (%(job_title)s)."),
    "habpps.user.locked": _l("a verrouillé %(label)s."),
    "habpps.user.unlocked": _l("a déverrouillé %(label)s."),
    "habpps.user.departure_noted": _l("a noté le départ %(of_label)s au %(departs_on)s."),
    "habpps.user.departure_cancelled": _l("a annulé le départ %(of_label)s, noté au %(departs_on)s."),
    "habpps.second_step.taken_off": _l("a retiré la deuxième étape de connexion %(of_label)s."),
    "habpps.password.reset": _l("a demandé un nouveau mot de passe provisoire pour %(label)s."),
    "habpps.account_command.refused": _l(
        "Le service des comptes n'a pas pu traiter une demande pour %(label)s (référence %(reference)s)."
    ),
    "habpps.account_command.retried": _l("a renvoyé au service des comptes ce qui n'avait pas abouti pour %(label)s."),
    "habpps.habilitation.granted": _l("a rattaché %(label)s au groupe « %(group)s » (profil %(profile)s)."),
    "habpps.habilitation.changed": _l("a choisi les extranets %(of_label)s dans « %(group)s » : %(extranets)s."),
    "habpps.habilitation.suspended": _l("a suspendu l'habilitation %(of_label)s dans « %(group)s »."),
    "habpps.habilitation.reactivated": _l("a réactivé l'habilitation %(of_label)s dans « %(group)s »."),
    "habpps.request.made": _l("a demandé l'accord d'un second administrateur (%(label)s)."),
    "habpps.request.approved": _l("a approuvé la demande (%(label)s)."),
    "habpps.request.refused": _l("a refusé la demande (%(label)s)."),
    "habpps.request.expired": _l("a constaté que la demande n'a pas reçu de décision à temps (%(label)s)."),
    "habpps.habilitation.withdrawn": _l("a retiré l'habilitation %(of_label)s dans « %(group)s »."),
}
_TITLES = {word.code: word for word in words_of("habpps") if word.kind == TYPE}
ACTS_ELSEWHERE: dict[str, str] = {
    "habpps.person.corrected": _l("Le nom %(of_label)s a été corrigé."),
    "habpps.address.confirmed": _l("La nouvelle adresse %(of_label)s est confirmée."),
}
"""What was done about a person of this organisation by none of its administrators: nothing tells where."""
ACT_OTHERWISE = _l("a accompli un acte d'administration (%(label)s).")


def act_title(act: str) -> str:
    """Return what the journal calls an act, in the language of the reader."""
    locale = get_locale()
    word = _TITLES.get(act)
    if word is None:
        return str(_("Acte d'administration"))
    return word.english if locale is not None and locale.language == "en" else typeset(word.french)


def thing_title(label: str) -> str:
    """Return what something is called: a rule is about an act, which has its own name."""
    return act_title(label) if label in _TITLES else label


def act_sentence(record: ActRecord) -> str:
    """Return what somebody did, in plain French, to stand after their name."""
    details = {name: _day_or_text(text) for name, text in record.details.items()}
    label = thing_title(record.label)
    values = defaultdict(lambda: "–", {**details, "label": label, "of_label": of(label)})
    sentences = ACT_SENTENCES if record.author_name else ACT_SENTENCES | ACTS_ELSEWHERE
    return str(sentences.get(record.act, ACT_OTHERWISE)) % values


def _day_or_text(text: str) -> str:
    try:
        return longdate(iso_day(text), weekday=False)
    except InvalidDayError:
        return text
