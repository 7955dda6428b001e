"""The labels of CNAF codes in the language of the page: French as the domain has it, English beside it here."""

from collections.abc import Iterator, Mapping
from types import SimpleNamespace

from flask_babel import get_locale

from cdap.domain import prestations, status

_ENGLISH: Mapping[str, str] = {
    # benefits
    "Allocations familiales": "Family allowances",
    "Complément familial": "Family supplement",
    "Allocation de soutien familial": "Family support allowance",
    "Prestation d’accueil du jeune enfant (allocation de base)": "Early childhood benefit (basic allowance)",
    "Aide personnalisée au logement": "Personal housing aid (APL)",
    "Allocation de logement familiale": "Family housing allowance",
    "Allocation de logement sociale": "Social housing allowance",
    "Revenu de solidarité active": "Minimum income (RSA)",
    "Prime d’activité": "In-work benefit (prime d’activité)",
    "Allocation d’éducation de l’enfant handicapé": "Education allowance for a disabled child (AEEH)",
    "Allocation aux adultes handicapés": "Disabled adults’ allowance (AAH)",
    # debts
    "Indu de RSA socle": "Overpaid basic RSA",
    "Indu de RSA majoré": "Overpaid increased RSA",
    "Indu de RSA local": "Overpaid local RSA",
    "Indu de RSA socle transféré": "Overpaid basic RSA, transferred",
    "Indu de RSA majoré transféré": "Overpaid increased RSA, transferred",
    "Indu de RSA local transféré": "Overpaid local RSA, transferred",
    "Indu de RSA subrogé": "Overpaid RSA, subrogated",
    "Indu de prestations familiales": "Overpaid family benefits",
    "Indu d’aide au logement": "Overpaid housing aid",
    # family
    "disparu": "missing",
    "célibataire": "single",
    "divorcé": "divorced",
    "isolé après vie maritale ou PACS": "alone after living as a couple or a civil partnership",
    "marié": "married",
    "pacsé": "in a civil partnership",
    "reprise de vie commune après PACS": "living together again after a civil partnership",
    "reprise de vie commune": "living together again",
    "reprise de vie maritale": "living as a couple again",
    "séparation de fait": "separated in fact",
    "séparation légale": "legally separated",
    "veuf": "widowed",
    "vie maritale": "living as a couple",
    # housing
    "propriétaire avec charges de remboursement": "owner, still repaying",
    "forfait logement": "flat rate for housing",
    "hébergement collectif gratuit": "collective accommodation, free",
    "hébergement collectif onéreux": "collective accommodation, paid",
    "hébergé gratuitement par un particulier": "lodged by somebody, free",
    "hébergé à titre onéreux par un particulier": "lodged by somebody, paid",
    "hôtel": "hotel",
    "locataire": "tenant",
    "inconnue": "unknown",
    "propriétaire sans charges de remboursement": "owner, nothing left to repay",
    "sans résidence stable, à titre gratuit": "no fixed residence, free",
    "sans résidence stable, à titre onéreux": "no fixed residence, paid",
    # RSA
    "nouvelle demande": "new request",
    "refusé": "refused",
    "ouvert et versable": "open and payable",
    "ouvert et suspendu": "open and suspended",
    "ouvert, versement suspendu": "open, payment suspended",
    "clos": "closed",
    "clos sur un mois antérieur": "closed in an earlier month",
    # resources
    "Salaires": "Wages",
    "Allocations de chômage": "Unemployment benefit",
    "Pensions et retraites": "Pensions",
    "Revenus non salariés": "Self-employed income",
    "Pensions alimentaires reçues": "Maintenance received",
    # state of a dossier
    "actif": "active",
    "radié": "struck off",
    "radié en cours de période": "struck off during the period",
    "en cours d’affiliation": "being affiliated",
    "suspendu": "suspended",
    "absence du nom du responsable du dossier": "name of the responsible person missing",
    "décès": "death",
    "dossier inexistant": "no such dossier",
    "non droit": "not entitled",
    "quotient familial non disponible": "family quotient not available",
    "absence de ressources ou quotient familial à zéro": "no resources, or family quotient of zero",
}


class Spoken(Mapping[str, str]):
    """A table of labels by code, read in the language of the page."""

    def __init__(self, french: Mapping[str, str]) -> None:
        """Keep the table of the domain."""
        self._french = french

    def __getitem__(self, code: str) -> str:
        """The label."""
        label, locale = self._french[code], get_locale()
        return _ENGLISH[label] if locale is not None and locale.language == "en" else label

    def __iter__(self) -> Iterator[str]:
        """The codes."""
        return iter(self._french)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._french)


TABLES: Mapping[str, Spoken] = {
    name: Spoken(table)
    for module in (prestations, status)
    for name, table in vars(module).items()
    if name.endswith("_LABELS")
}
CODES = SimpleNamespace(**TABLES)
"""The tables by their names in the domain, for templates."""
