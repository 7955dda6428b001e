"""What a team that connects an extranet or software may rely on."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.EXTRANET_TEAM

EXTRANET_TEAMS: tuple[Promise, ...] = (
    Promise(
        "extranet:connection-is-tried",
        "Domain page G (4)",
        "The addresses and keys of an application are tried from its page, and each result is said in words.",
    ),
    Promise(
        "extranet:fields-over-grpc",
        "Domain page G (3)",
        "Partner software gets the fields of its profile, with the reference of the record.",
    ),
    Promise(
        "extranet:no-oracle-over-grpc",
        "Domain page A.4 (search)",
        "A dossier outside the territory is the same error as an unknown one.",
    ),
    Promise(
        "extranet:errors-name-the-field",
        "Domain page G (4)",
        "A malformed question is refused by the name of its field.",
    ),
    Promise(
        "extranet:callers-are-listed",
        "docs/architecture.md, Who calls whom",
        "A service that is not on the list of a method is refused, even with a good token.",
    ),
    Promise(
        "extranet:tokens-say-the-contract",
        "docs/integrate-an-extranet.md",
        "A token names the service contract, its profiles, purposes and territories.",
    ),
    Promise(
        "extranet:tokens-end-with-the-right",
        "Domain page B.3 (states)",
        "No token outlives the first right that ends.",
    ),
    Promise(
        "extranet:a-session-that-ended-is-refused",
        "docs/protocols.md §2",
        "A token of a session that ended, or that cannot be asked about, is refused.",
    ),
)
