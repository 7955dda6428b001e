"""Status codes of a dossier (CNAF codes) with their French labels, and what a professional may do about each."""

from enum import Enum


class Status(Enum):
    """Status of a dossier that is kept. 133 (no such dossier) and the technical codes are answers, not statuses."""

    ACTIVE = "000"
    CLOSED = "101"
    CLOSED_IN_PERIOD = "102"
    BEING_AFFILIATED = "111"
    SUSPENDED = "121"
    NO_RESPONSIBLE_NAME = "131"
    DECEASED = "132"
    NO_RIGHT = "141"
    QF_UNAVAILABLE = "151"
    RESOURCES_MISSING = "161"

    @property
    def label(self) -> str:
        """French label."""
        return STATUS_LABELS[self.value]


STATUS_LABELS = {
    "000": "actif",
    "101": "radié",
    "102": "radié en cours de période",
    "111": "en cours d’affiliation",
    "121": "suspendu",
    "131": "absence du nom du responsable du dossier",
    "132": "décès",
    "133": "dossier inexistant",
    "141": "non droit",
    "151": "quotient familial non disponible",
    "161": "absence de ressources ou quotient familial à zéro",
}
STATUS_CODES = frozenset(status.value for status in Status)
CLOSED_CODES = frozenset({"101", "102", "132"})
INACTIVE_CODES = CLOSED_CODES | {"121", "131"}
