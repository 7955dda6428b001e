"""What the frame around every page shows: the person, the organisation, the last sign-in and where the links go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CurrentPerson:
    """Who is signed in, as the header says it."""

    name: str
    organisation: str | None = None
    last_login_at: datetime | None = None


@dataclass(frozen=True)
class PageFrame:
    """Links of the frame. An address left empty is not shown. `person` is None when nobody is signed in."""

    person: CurrentPerson | None = None
    logout_url: str = "/deconnexion"  # POST, with the CSRF token
    not_me_url: str = ""  # "Ce n'était pas moi": the page of auth that ends every session
    portal_url: str = ""  # "Mon compte partenaire"


@dataclass(frozen=True)
class NavigationLink:
    """One entry of the service's own menu. `endpoint` is a Flask endpoint; `label` may be lazy."""

    endpoint: str
    label: str


FrameProvider = Callable[[], PageFrame]


def template_context(frame: PageFrame) -> Mapping[str, object]:
    """The names templates get from the frame."""
    return {"frame": frame, "current_person": frame.person, "signed_in": frame.person is not None}
