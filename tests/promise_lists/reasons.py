"""What the product promises about who may do what, and about how it says no."""

from tests.promise_lists.promise import Promise

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
)
