"""Who reads a page: it says who can help, and nobody is sent to himself."""

from __future__ import annotations

from dataclasses import dataclass

from auth.people.adapters.web.visitor import Visitor
from auth.people.use_cases.name_helpers import NameHelpers
from auth.people.use_cases.person_rights import PersonRights
from partnerkit.reasons import Reader, reader_of
from partnerkit.web import PageHelpers


@dataclass(frozen=True, kw_only=True)
class PageReader:
    """One per application."""

    visitor: Visitor
    rights: PersonRights
    name_helpers: NameHelpers

    def __call__(self) -> Reader:
        """By the roles of the person who is signed in."""
        present = self.visitor.present()
        return reader_of(self.rights.held_roles(present.session) if present is not None else ())

    def helpers(self) -> PageHelpers | None:
        """Who can help the person who is signed in; None: nobody is."""
        present = self.visitor.present()
        if present is None:
            return None
        found = self.name_helpers(present.account.account_id)
        return PageHelpers(found.administrators, found.cafs)

    def caf(self) -> str:
        """The only Caf with which the person works, or empty: by its clock times are shown."""
        present = self.visitor.present()
        return self.rights.caf_for(present.session) if present is not None else ""
