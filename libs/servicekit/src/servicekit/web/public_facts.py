"""Who publishes, hosts and answers for a service: what the public pages say, from its settings."""

from dataclasses import dataclass, fields

from servicekit.typography import typeset


@dataclass(frozen=True, kw_only=True)
class PublicFacts:
    """Each is plain text; empty when the operator has not said it, and the page then says so."""

    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    contact_hours: str = ""
    publisher: str = ""
    hosting: str = ""
    data_protection_officer: str = ""
    accessibility_plan_url: str = ""

    @property
    def has_contact(self) -> bool:
        """Whether there is a way to reach somebody."""
        return bool(self.contact_email or self.contact_phone)


def public_facts(settings: object) -> PublicFacts:
    """The facts in the settings of a service; what they do not have is empty."""
    return PublicFacts(**{field.name: typeset(str(getattr(settings, field.name, ""))) for field in fields(PublicFacts)})
