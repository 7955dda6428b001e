"""What a reason is told as: texts in two languages, what to do next for each reader, and the kinds of reasons."""

from dataclasses import dataclass
from enum import Enum

from servicekit.typography import typeset


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in French and in English."""

    french: str
    english: str

    def in_language(self, language: str) -> str:
        """The sentence; French, typeset, for every language but English."""
        return self.english if language == "en" else typeset(self.french)


class Reader(Enum):
    """Who reads the sentence."""

    PROFESSIONAL = "professional"
    PARTNER_ADMINISTRATOR = "partner_administrator"
    CAF = "caf"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class NextSteps:
    """What to do next and who can help, for each reader who can meet the reason on a page."""

    professional: Text
    administrator: Text
    caf: Text

    def for_reader(self, reader: Reader) -> Text:
        """The sentence; an auditor is an agent of a Caf."""
        by_reader = {Reader.PROFESSIONAL: self.professional, Reader.PARTNER_ADMINISTRATOR: self.administrator}
        return by_reader.get(reader, self.caf)


def same(french: str, english: str) -> NextSteps:
    """One sentence for everybody."""
    text = Text(french, english)
    return NextSteps(text, text, text)


@dataclass(frozen=True, slots=True)
class Kind:
    """Reasons of one kind share what is said where a reason has no sentence of its own."""

    name: str
    why: Text
    step: NextSteps


@dataclass(frozen=True, slots=True)
class Reason:
    """`brief`: in words, of nobody in particular: for the auditor and for lists of an administrator.

    `why`: to the person who meets it on a page.
    """

    code: str
    kind: Kind
    brief: Text
    why: Text
    step: NextSteps


def reason(
    code: str, kind: Kind, brief: tuple[str, str], why: tuple[str, str] | None = None, step: NextSteps | None = None
) -> Reason:
    """One entry; what is left out is that of the kind. Texts are (French, English)."""
    return Reason(code, kind, Text(*brief), Text(*why) if why else kind.why, step or kind.step)
