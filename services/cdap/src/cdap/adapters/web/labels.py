"""French words for codes: what a professional reads instead of T2 or 921."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from cdap.domain.prestations import CAF_LABELS
from partnerkit.web.labels import PROFILES

PURPOSES = {
    "accompagnement_social": _l("Accompagnement social des familles"),
    "calcul_participation_familiale_eaje": _l("Calcul de la participation des familles en crèche"),
    "fonds_solidarite_logement": _l("Aides et impayés de logement (fonds de solidarité)"),
    "instruction_rsa": _l("Instruction et suivi du RSA"),
    "tarification_quotient_familial": _l("Tarifs calculés selon le quotient familial"),
}
# Purposes that make sense for a profile; only used to shorten the list, the rights decide.
PURPOSE_PROFILES = {
    "accompagnement_social": ("T1",),
    "calcul_participation_familiale_eaje": ("T2",),
    "fonds_solidarite_logement": ("T1", "T3"),
    "instruction_rsa": ("T4",),
    "tarification_quotient_familial": ("T5",),
}
ROLES = {"allocataire": _l("Allocataire"), "spouse": _l("Conjoint")}
SEXES = {"F": _l("féminin"), "M": _l("masculin")}


def profile_label(code: str) -> object:
    """The profile in words; an unknown code as it is."""
    return PROFILES.get(code, code)


def purpose_label(code: str) -> object:
    """The purpose in words; an unknown code as it is."""
    return PURPOSES.get(code, code)


def caf_label(code: str) -> str:
    """ "Caf des Hauts-de-Seine (921)"."""
    return f"{CAF_LABELS.get(code, 'Caf')} ({code})"


def fitting_purposes(purposes: Sequence[str], profiles: Sequence[str]) -> tuple[str, ...]:
    """The purposes that make sense for these profiles; all of them when none does."""
    fitting = tuple(
        code for code in purposes if any(profile in PURPOSE_PROFILES.get(code, profiles) for profile in profiles)
    )
    return fitting or tuple(purposes)
