"""For each way a consultation may end: what it means and what to do, in French a town clerk understands."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from cdap.domain.result import ResultKind


class ResultText(NamedTuple):
    """Kind of notice, title, what it means, what to do."""

    notice: str
    title: str
    meaning: str
    what_to_do: str


RESULTS: dict[ResultKind, ResultText] = {
    ResultKind.CLOSED: ResultText(
        "warning",
        _l("Dossier radié"),
        _l("Ce dossier est fermé : la Caf ne verse plus rien et ne met plus les informations à jour."),
        _l("Demandez à la personne si elle dépend d'une autre Caf ou de la MSA, ou si elle a un autre numéro."),
    ),
    ResultKind.TRANSFERRED: ResultText(
        "warning",
        _l("Dossier muté vers une autre Caf"),
        _l("La famille a déménagé : une autre Caf gère maintenant son dossier, sous un autre numéro."),
        _l("Demandez à la personne le nom de sa nouvelle Caf et son nouveau numéro d'allocataire."),
    ),
    ResultKind.BEING_AFFILIATED: ResultText(
        "info",
        _l("Dossier en cours d'affiliation"),
        _l("La Caf n'a pas encore fini d'ouvrir ce dossier. Des informations peuvent manquer."),
        _l("Consultez de nouveau le mois prochain."),
    ),
    ResultKind.SUSPENDED: ResultText(
        "warning",
        _l("Dossier suspendu"),
        _l("La Caf a suspendu ce dossier, souvent parce qu'une pièce manque. Les montants peuvent changer."),
        _l("Invitez la personne à se rapprocher de sa Caf."),
    ),
    ResultKind.INCOMPLETE: ResultText(
        "warning",
        _l("Dossier incomplet"),
        _l("Le responsable de ce dossier n'est pas connu de la Caf."),
        _l("Invitez la personne à se rapprocher de sa Caf."),
    ),
    ResultKind.DECEASED: ResultText(
        "warning",
        _l("Dossier fermé à la suite d'un décès"),
        _l("La Caf ne met plus les informations à jour."),
        _l("La famille peut avoir un nouveau dossier, sous un autre numéro."),
    ),
    ResultKind.NO_RIGHT: ResultText(
        "info",
        _l("Aucun droit ouvert"),
        _l("La Caf connaît ce dossier, mais aucune prestation n'est ouverte ce mois-ci (non droit)."),
        _l("La personne peut en demander la raison à sa Caf."),
    ),
    ResultKind.QF_UNAVAILABLE: ResultText(
        "warning",
        _l("Quotient familial non disponible"),
        _l("La Caf n'a pas pu calculer le quotient familial de ce mois. Cela ne veut pas dire qu'il est égal à zéro."),
        _l("N'appliquez pas d'office le tarif le plus bas ou le plus haut : demandez un justificatif à la personne."),
    ),
    ResultKind.RESOURCES_MISSING: ResultText(
        "warning",
        _l("Ressources absentes"),
        _l(
            "L'état du dossier signale que la Caf ne connaît pas les ressources de la famille. "
            "Cela ne veut pas dire qu'elles sont nulles."
        ),
        _l("Invitez la personne à déclarer ses ressources à la Caf, et demandez-lui un justificatif en attendant."),
    ),
    ResultKind.NOT_ELIGIBLE: ResultText(
        "warning",
        _l("Dossier trouvé, non éligible"),
        _l("Aucun enfant né et de moins de 7 ans dans ce dossier : sous le profil T2, rien n'est montré."),
        _l("Vérifiez le numéro. Si la famille attend un enfant, consultez de nouveau après la naissance."),
    ),
    ResultKind.ELIGIBILITY_UNKNOWN: ResultText(
        "warning",
        _l("Dossier trouvé, âge d'un enfant non établi"),
        _l(
            "Sous le profil T2, un dossier n'est montré que s'il a un enfant de moins de 7 ans. "
            "Un enfant de ce dossier a peut-être moins de 7 ans, mais son jour de naissance n'est connu qu'en partie. "
            "Dans le doute, aucune information n'est montrée."
        ),
        _l(
            "Demandez à la famille un justificatif de ses ressources, et invitez-la à faire compléter la date à la Caf."
        ),
    ),
}
