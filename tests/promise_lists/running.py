"""What holds in every process, whatever it is given."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.OPERATOR

RUNNING = (
    Promise(
        "product:no-thread-ends-unseen",
        "house rule",
        "A background thread goes on after whatever its task raises, and health says when it fails.",
    ),
    Promise(
        "product:poison-is-set-aside",
        "house rule",
        "An item of a queue that cannot be handled is set aside and the others are handled.",
    ),
    Promise(
        "product:one-reading-of-what-is-typed",
        "house rule; domain page E.2, G.8",
        "Names, addresses, matricules and days are read by one cleaning, whatever typed or pasted them.",
    ),
    Promise(
        "product:forgotten-settings-are-safe",
        "house rule",
        "A setting that was forgotten opens nothing; a file that shows a secret is refused.",
    ),
    Promise(
        "product:commands-come-before-services",
        "house rule",
        "Operator commands record their acts and need no running service.",
    ),
    Promise(
        "product:french-is-typeset",
        "house rule",
        "French sentences have curved apostrophes and unbreakable spaces, put on in one place.",
    ),
    Promise(
        "product:secrets-of-pages-are-replaced-alive",
        "OWASP ASVS 5.0 §11.2 (replacing keys)",
        "The secret of the pages is replaced while people work: the first of several seals, all open.",
    ),
    Promise(
        "product:another-version-is-no-error",
        "house rule",
        "What another version of a service has sealed counts as not kept where this one cannot read it.",
    ),
)
