"""What an operator may rely on where rights and dossiers are kept."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.OPERATOR

OPERATORS_OF_RIGHTS: tuple[Promise, ...] = (
    Promise(
        "operators:empty-file-empties-nothing",
        "services/cdap/README.md",
        "A file without a dossier does not empty the service, and readers see the old import until the new "
        "one is whole.",
    ),
    Promise(
        "operators:saved-rights-authorise-nothing",
        "docs/operate.md",
        "Saved rights make a start quicker and authorise nothing by themselves.",
    ),
    Promise(
        "rights:older-readers-are-named",
        "docs/decisions/0024-rights-that-can-narrow.md",
        "A service that cannot read everything that is published is named on the health page and to who publishes.",
    ),
    Promise(
        "operators:older-rights-are-refused",
        "docs/operate.md",
        "A register restored from an older copy is believed by nobody before the operator says so.",
    ),
)
