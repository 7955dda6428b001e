"""French words for codes: what a professional reads instead of T2 or 921."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from cdap.domain.choices import OfferedReason
from partnerkit.cafs import caf_label as caf_label
from partnerkit.web.labels import PROFILES

PURPOSES = {
    "accompagnement_social": _l("Accompagnement social des familles"),
    "calcul_participation_familiale_eaje": _l("Calcul de la participation des familles en crèche"),
    "fonds_solidarite_logement": _l("Aides et impayés de logement (fonds de solidarité)"),
    "instruction_rsa": _l("Instruction et suivi du RSA"),
    "tarification_quotient_familial": _l("Tarifs calculés selon le quotient familial"),
}
ROLES = {"allocataire": _l("Allocataire"), "spouse": _l("Conjoint")}
SEXES = {"F": _l("féminin"), "M": _l("masculin")}


def profile_label(code: str) -> object:
    """The profile in words; an unknown code as it is."""
    return PROFILES.get(code, code)


def purpose_label(code: str) -> object:
    """The purpose in words; an unknown code as it is."""
    return PURPOSES.get(code, code)


def reason_label(reason: OfferedReason, reasons: Sequence[OfferedReason]) -> object:
    """The purpose in words, with the profile where two serve the same purpose."""
    alike = [one for one in reasons if one.purpose == reason.purpose]
    purpose = purpose_label(reason.purpose)
    return f"{purpose} ({profile_label(reason.profile)})" if len(alike) > 1 else purpose
