"""The Caf administrator creates a partner organisation from its convention."""

from dataclasses import dataclass
from datetime import date

from habpps.domain.authorship import Author, check_role
from habpps.domain.organisation import (
    LONGEST_CAPACITY,
    LONGEST_ORGANISATION_NAME,
    LONGEST_REFERENCE,
    Convention,
    Organisation,
    Signatory,
    why_dates_refused,
)
from habpps.domain.people import Role
from habpps.domain.refusals import FormRefusedError, ReferenceTakenError, SiretTakenError
from habpps.domain.siret import normalise_siret, why_siret_refused
from habpps.domain.states import ConventionEvent, ConventionState
from habpps.use_cases.register import ActEntry, Done, Note, Register
from partnerkit.text import clean_line
from servicekit.identifiers import new_id


@dataclass(frozen=True, kw_only=True)
class OrganisationRequest:
    """What the convention says. `ends_on` None: tacit renewal. Without both signatures it stays a draft."""

    siret: str
    name: str
    reference: str
    starts_on: date | None
    ends_on: date | None
    partner_signatory: Signatory
    caf_signatory: Signatory

    def problems(self, today: date) -> dict[str, str]:
        """Return field -> reason code."""
        found = why_dates_refused(self.starts_on, self.ends_on)
        found.update(_line("name", self.name, LONGEST_ORGANISATION_NAME))
        found.update(_line("reference", self.reference, LONGEST_REFERENCE))
        refused = why_siret_refused(normalise_siret(self.siret))
        if refused:
            found["siret"] = refused
        for side, signatory in (("partner", self.partner_signatory), ("caf", self.caf_signatory)):
            found.update(_line(f"{side}_signatory_name", signatory.name, LONGEST_ORGANISATION_NAME))
            if len(clean_line(signatory.capacity)) > LONGEST_CAPACITY:
                found[f"{side}_signatory_capacity"] = "TOO_LONG"
            if signatory.signed_on is not None and signatory.signed_on > today:
                found[f"{side}_signed_on"] = "IN_THE_FUTURE"
        return found


class CreateOrganisation:
    """Creates the organisation and its convention in one act."""

    act = "habpps.organisation.created"

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, author: Author, request: OrganisationRequest) -> Done[str]:
        """Return the identifier of the organisation, a partner of the author's own Caf.

        Raises:
            RoleNotAllowedError: not a Caf administrator.
            FormRefusedError: something typed is wrong; SIRET by Luhn, with the exception of La Poste.
            SiretTakenError, ReferenceTakenError: known already.
        """
        return self._register.act(author, self.act, lambda entry: create_organisation(entry, request, author.caf))


def create_organisation(entry: ActEntry, request: OrganisationRequest, caf: str) -> str:
    """Write the organisation and its convention; shared with the import of a file.

    Raises:
        FormRefusedError, SiretTakenError, ReferenceTakenError: see CreateOrganisation.
    """
    check_role(entry.author, Role.CAF_ADMINISTRATOR)
    problems = request.problems(entry.today)
    if problems or request.starts_on is None:
        raise FormRefusedError(problems)
    siret = normalise_siret(request.siret)
    if entry.store.organisations.with_siret(siret) is not None:
        raise SiretTakenError("siret known already", details={"siret": siret})
    reference = clean_line(request.reference)
    if entry.store.conventions.with_reference(caf, reference) is not None:
        raise ReferenceTakenError("reference known already", details={"reference": reference})
    organisation = Organisation(id=new_id(), siret=siret, name=clean_line(request.name), caf=caf)
    convention = Convention(
        id=new_id(),
        organisation_id=organisation.id,
        caf=caf,
        reference=reference,
        state=ConventionState.DRAFT,
        starts_on=request.starts_on,
        ends_on=request.ends_on,
        partner_signatory=_clean_signatory(request.partner_signatory),
        caf_signatory=_clean_signatory(request.caf_signatory),
    )
    if convention.is_signed:
        convention = convention.after(ConventionEvent.SIGN)
    entry.save(organisation)
    entry.save(convention)
    entry.note(
        Note(
            act=CreateOrganisation.act,
            subject=f"organisation:{organisation.id}",
            organisation_id=organisation.id,
            label=organisation.name,
            details={"siret": siret, "convention": reference, "convention_state": convention.state.value},
        )
    )
    return organisation.id


def _clean_signatory(signatory: Signatory) -> Signatory:
    return Signatory(clean_line(signatory.name), clean_line(signatory.capacity), signatory.signed_on)


def _line(field: str, text: str, longest: int) -> dict[str, str]:
    cleaned = clean_line(text)
    if not cleaned:
        return {field: "EMPTY"}
    return {field: "TOO_LONG"} if len(cleaned) > longest else {}
