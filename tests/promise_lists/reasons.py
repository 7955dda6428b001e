"""What the product promises about who may do what, and about how it says no."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.CAF

REASONS: tuple[Promise, ...] = (
    Promise(
        "rights:purpose-of-profile",
        "List of purposes (habpps/data/purposes.toml); domain rules, finalité",
        "A dossier is shown under a profile only for a purpose of that profile, whatever asks: page, gRPC or token.",
    ),
    Promise(
        "rights:no-pause-over-the-rights",
        "docs/performance.md",
        "A full garbage collection does not walk over the rights that a process holds.",
    ),
    Promise(
        "rights:read-only-while-suspended",
        "Domain rules, states of a convention",
        "While its convention is suspended, a partner's administrator still enters Habpps, to read.",
    ),
    Promise(
        "reasons:one-catalogue",
        "docs/error-handling.md",
        "Every reason that a service can give stands in one catalogue, and every entry of it is one of the code.",
    ),
    Promise(
        "reasons:in-words",
        "docs/error-handling.md",
        "A reason is told in words, in French and in English, as to whoever reads it; a code never reaches a page.",
    ),
    Promise(
        "reasons:who-can-help",
        "docs/error-handling.md",
        "A refusal says who can help, in words that fit the reason and the reader: nobody is sent to himself.",
    ),
    Promise(
        "pages:one-word-for-one-thing",
        "docs/glossary.md",
        "On pages one thing has one word: the glossary names it, and those that are not used.",
    ),
)
