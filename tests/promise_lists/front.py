"""What the web front keeps to: clients that do nothing, bounds, lanes, waiting, health."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.OPERATOR

FRONT: tuple[Promise, ...] = (
    Promise(
        "front:nobody-who-does-nothing-holds-a-thread",
        "docs/decisions",
        "A client that sends nothing, half of something, or reads nothing takes no thread from anybody and is let go.",
    ),
    Promise(
        "front:no-page-answers-a-form",
        "RFC 9110 §15.4.4",
        "A form is answered by a redirection or refused: Back and reload show its answer again, and send nothing.",
    ),
    Promise(
        "front:bodies-are-read-as-http-says",
        "RFC 9112 §6, §7, §11.2",
        "Chunked bodies are bodies everywhere; what two servers could read differently is refused.",
    ),
    Promise(
        "front:no-lane-waits-behind-another",
        "docs/operate.md",
        "Pages, programs and passwords wait behind their own kind only, keys and health behind nobody; what finds no "
        "room gets 503 with Retry-After.",
    ),
    Promise(
        "front:passwords-are-hashed-apart",
        "docs/operate.md",
        "Passwords are hashed on threads of their own; one that finds no room there is refused at once.",
    ),
    Promise(
        "front:health-says-what-is-so-now",
        "docs/operate.md",
        "Health turns red within seconds when the journal cannot be reached, and green again.",
    ),
    Promise(
        "front:an-answer-is-one-answer",
        "RFC 9112 §11.1",
        "Nothing an application puts into an answer splits it or moves its end.",
    ),
    Promise(
        "front:a-dead-front-is-told",
        "docs/operate.md",
        "A web front whose thread dies is told by health and ends the process with code 1.",
    ),
    Promise(
        "front:nobody-waits-for-the-keys-of-the-issuer",
        "docs/operate.md",
        "No request waits behind a fetch of the issuer's keys: one that hangs refuses at once and recovers by itself.",
    ),
)
