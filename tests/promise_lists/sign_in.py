"""A sign-in is a list of steps: what a person does before anything opens."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PROFESSIONAL

SIGN_IN: tuple[Promise, ...] = (
    Promise(
        "sign-in:nothing-before-the-last-step",
        "docs/decisions/0020-a-sign-in-is-a-list-of-steps.md",
        "While a step of the sign-in remains no page is shown but its own, and no code or token is given.",
    ),
    Promise(
        "sign-in:steps-lead-on",
        "docs/decisions/0020-a-sign-in-is-a-list-of-steps.md",
        "A second click, a reload, the back button or an old tab at a step that is done leads on without an error.",
    ),
    Promise(
        "sign-in:unknown-step",
        "docs/decisions/0020-a-sign-in-is-a-list-of-steps.md",
        "A session in which something waits that this version does not know is not signed in.",
    ),
    Promise(
        "sign-in:level-from-what-was-done",
        "OIDC Core §2; RFC 9470 §4",
        "The level that tokens tell and discovery offers follows from what was shown, never from a constant.",
    ),
)
