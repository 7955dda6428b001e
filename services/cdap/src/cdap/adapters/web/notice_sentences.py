"""What each notice beside a dossier says: what it means and what to do, in French a town clerk understands."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from cdap.adapters.web.formats import month
from cdap.adapters.web.result_sentences import RESULTS
from cdap.domain.notices import Notice, NoticeKind
from cdap.domain.result import ResultKind


class ShownNotice(NamedTuple):
    """A notice ready to be drawn. `look` is "info" or "warning"; `id` names it in the page."""

    id: str
    look: str
    title: str
    sentences: tuple[str, ...]


# By kind: look, title, sentences. Names in %(…)s are those of `Notice.values`.
FIGURE_NOTICES: Mapping[NoticeKind, tuple[str, object, tuple[object, ...]]] = {
    NoticeKind.DATA_OLD: (
        "warning",
        _l("Données de %(month)s : anciennes"),
        (
            _l("CDAP n'a pas reçu de données plus récentes pour ce dossier. La situation a pu changer depuis."),
            _l("Demandez un justificatif récent à la personne."),
        ),
    ),
    NoticeKind.USE_FOR_PARTICIPATION: (
        "info",
        _l("À utiliser pour la participation familiale"),
        (
            _l(
                "C'est la base retenue par la Caf, avec les ressources de %(year)s : "
                "calculez la participation avec elle, et non avec un avis d'impôt."
            ),
        ),
    ),
    NoticeKind.RESOURCES_UNKNOWN: (
        "warning",
        _l("Ressources de %(year)s non connues de la Caf"),
        (
            _l("Cela ne veut pas dire qu'elles sont nulles. N'utilisez pas une autre année à leur place."),
            _l("Invitez la personne à déclarer ses ressources à la Caf, et demandez-lui un justificatif en attendant."),
        ),
    ),
    NoticeKind.RESOURCES_OLD: (
        "warning",
        _l("Ressources de %(year)s : anciennes, à ne pas utiliser"),
        (_l("L'année en vigueur est %(in_force)s. Demandez un justificatif à la personne."),),
    ),
    NoticeKind.RESOURCES_OTHER_PERIOD: (
        "warning",
        _l("Ressources de %(year)s : à ne pas utiliser"),
        (_l("L'année en vigueur est %(in_force)s. Demandez un justificatif à la personne."),),
    ),
    NoticeKind.RESOURCES_CONTRADICTED: (
        "warning",
        _l("Ressources de %(year)s : à ne pas utiliser"),
        (
            _l("L'état du dossier signale que les ressources manquent. Ce montant n'est pas sûr."),
            _l("Demandez un justificatif à la personne, et invitez-la à se rapprocher de sa Caf."),
        ),
    ),
    NoticeKind.RESOURCES_TO_CONFIRM: (
        "warning",
        _l("Ressources de %(year)s : à confirmer avant de les utiliser"),
        (_l("L'état du dossier fait que ce montant peut changer. La personne peut le confirmer avec sa Caf."),),
    ),
    NoticeKind.PREVIOUS_OLD: (
        "info",
        _l("Ressources de %(year)s : anciennes, à ne pas utiliser"),
        (_l("Cette année n'est montrée que pour comparer."),),
    ),
    NoticeKind.QUARTER_OLD: (
        "warning",
        _l("Déclaration ancienne"),
        (_l("Le dernier mois déclaré est %(month)s : ces montants ne disent rien d'aujourd'hui."),),
    ),
    NoticeKind.QUARTER_TO_CONFIRM: (
        "info",
        _l("Déclaration à confirmer"),
        (_l("L'état du dossier fait que ces montants peuvent changer."),),
    ),
    NoticeKind.QF_UNKNOWN: (
        "warning",
        _l("Quotient familial de %(month)s non connu"),
        (
            _l("Cela ne veut pas dire qu'il est égal à zéro. N'utilisez pas celui d'un mois passé à sa place."),
            _l("Demandez un justificatif à la personne."),
        ),
    ),
    NoticeKind.QF_OLD: (
        "warning",
        _l("Quotient familial de %(month)s : ancien, à ne pas utiliser"),
        (_l("CDAP n'en connaît pas de plus récent. Demandez un justificatif à la personne."),),
    ),
    NoticeKind.QF_OTHER_PERIOD: (
        "warning",
        _l("Quotient familial de %(month)s : à ne pas utiliser"),
        (_l("Ce mois n'est pas encore commencé. Demandez un justificatif à la personne."),),
    ),
    NoticeKind.QF_CONTRADICTED: (
        "warning",
        _l("Quotient familial de %(month)s : à ne pas utiliser"),
        (
            _l("L'état du dossier signale qu'il n'est pas disponible. Ce nombre n'est pas sûr."),
            _l("Demandez un justificatif à la personne."),
        ),
    ),
    NoticeKind.QF_TO_CONFIRM: (
        "warning",
        _l("Quotient familial de %(month)s : à confirmer avant de l'utiliser"),
        (_l("L'état du dossier fait qu'il peut changer. La personne peut le confirmer avec sa Caf."),),
    ),
    NoticeKind.ANNOUNCED_CHILDREN: (
        "info",
        _l("Naissance attendue"),
        (_l("Enfants à naître dans ce dossier : %(count)s. La date indiquée est celle qui est prévue."),),
    ),
    NoticeKind.MORE_DEPENDENT_CHILDREN: (
        "info",
        _l("Plus d'enfants à charge que d'enfants listés"),
        (_l("La Caf peut compter un enfant attendu, ou un enfant en résidence alternée qui n'est pas listé ici."),),
    ),
    NoticeKind.ALTERNATING_RESIDENCE: (
        "info",
        _l("Résidence alternée"),
        (_l("Enfants en résidence alternée : %(count)s. Ce dossier est celui d'un seul des deux parents."),),
    ),
}


def shown(notice: Notice) -> ShownNotice:
    """The notice in words."""
    if isinstance(notice.kind, ResultKind):
        text = RESULTS[notice.kind]
        return ShownNotice("result", text.notice, str(text.title), (str(text.meaning), str(text.what_to_do)))
    look, title, sentences = FIGURE_NOTICES[notice.kind]
    values = {name: month(value) if name == "month" else value for name, value in notice.values.items()}
    identifier = f"notice-{notice.kind.value.lower().replace('_', '-')}"
    return ShownNotice(identifier, look, str(title) % values, tuple(str(line) % values for line in sentences))


def by_place(notices: Sequence[Notice]) -> dict[str, list[ShownNotice]]:
    """The notices of each place of the page."""
    places: dict[str, list[ShownNotice]] = {}
    for notice in notices:
        places.setdefault(notice.place, []).append(shown(notice))
    return places
