"""What a promise is, and to whom it is made."""

from dataclasses import dataclass
from enum import Enum


class Reader(Enum):
    """To whom a list of promises is made; `make promises` prints them in this order."""

    CAF = "For a Caf: what it buys"
    PROFESSIONAL = "For a professional who consults, and for everybody who signs in"
    PARTNER_ADMINISTRATOR = "For the administrator of a partner"
    CAF_ADMINISTRATOR = "For an administrator of the Caf"
    AUDITOR = "For an auditor of the Caf"
    EXTRANET_TEAM = "For a team that connects an extranet or software"
    OPERATOR = "For whoever operates the services"
    STANDARDS = "Standards: certification lists of OpenID, and what RFCs ask"


@dataclass(frozen=True)
class Promise:
    """One sentence that the product keeps. `gap` says why no test shows it yet."""

    id: str
    source: str
    sentence: str
    gap: str = ""
