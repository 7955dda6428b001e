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
    Promise(
        "engagement:once-per-version",
        "docs/decisions/0020-a-sign-in-is-a-list-of-steps.md; CNIL, recommendation of October 2002 on shared secrets",
        "Nothing opens before a person has accepted the engagement: once for each version, by a button, on record.",
    ),
    Promise(
        "history:twelve-months",
        "CNIL, recommendation on logging; ASVS 7.5.2",
        "A person reads every sign-in and every wrong password of twelve months, with the place; then it is forgotten.",
    ),
    Promise(
        "history:last-sign-in",
        "HABPPS, obligations of the user",
        "At every sign-in the person reads when and where the one before was, and can say that it was not theirs.",
    ),
    Promise(
        "devices:unknown-is-told",
        "NIST SP 800-63B-4 §3.2.2; ASVS 6.3.5",
        "A sign-in with a browser not used before is told on the page and by mail, the very first one excepted.",
    ),
)
