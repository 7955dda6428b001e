"""How the demo extranets differ: name, colour, and the list that each one keeps."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class Site:
    """One extranet. Each keeps entries of a subject, a quantity and a day; only the words differ."""

    label: str
    accent: str  # colour set of servicekit.css
    title: str
    lead: str
    subject_label: str
    quantity_label: str
    day_label: str
    button_label: str
    empty_text: str


SITES = {
    "mon-enfant": Site(
        label="Mon-enfant.fr",
        accent="olive",
        title=_l("Places disponibles dans vos structures d'accueil"),
        lead=_l("Indiquez les places libres : les familles les verront sur Mon-enfant.fr."),
        subject_label=_l("Nom de la structure"),
        quantity_label=_l("Places disponibles"),
        day_label=_l("Disponibles à partir du"),
        button_label=_l("Publier les places"),
        empty_text=_l("Aucune place n'est publiée. Remplissez le formulaire pour en publier."),
    ),
    "omega": Site(
        label="Omega",
        accent="rose",
        title=_l("Suivi partenarial"),
        lead=_l("Notez les rencontres avec les familles suivies en commun."),
        subject_label=_l("Objet de la rencontre"),
        quantity_label=_l("Familles concernées"),
        day_label=_l("Date de la rencontre"),
        button_label=_l("Enregistrer la rencontre"),
        empty_text=_l("Aucune rencontre n'est notée. Remplissez le formulaire pour en noter une."),
    ),
    "ql-web": Site(
        label="QL web",
        accent="amber",
        title=_l("Visites de logements"),
        lead=_l("Annoncez les visites prévues pour vérifier l'état des logements."),
        subject_label=_l("Adresse visitée"),
        quantity_label=_l("Logements à visiter"),
        day_label=_l("Date de la visite"),
        button_label=_l("Annoncer la visite"),
        empty_text=_l("Aucune visite n'est prévue. Remplissez le formulaire pour en annoncer une."),
    ),
}
