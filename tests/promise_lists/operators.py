"""What is promised to those who install, save, restore and repair a service."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.OPERATOR

_OPERATE = "docs/operate.md, Backup and restore"

OPERATORS: tuple[Promise, ...] = (
    Promise(
        "metrics:labels-hold-nothing-that-somebody-sent",
        "docs/operate.md, Metrics",
        "What a request or a call holds, its address and method included, makes no label of a metric.",
    ),
    Promise(
        "metrics:each-is-explained",
        "docs/operate.md, Metrics",
        "Every metric that a service shows is explained to operators, with what to do, and no other.",
    ),
    Promise(
        "metrics:take-no-thread-of-the-pages",
        "docs/operate.md, Metrics",
        "The metrics are shown while every thread of the pages is taken.",
    ),
    Promise(
        "worker:stays-on-the-least-taken-core",
        "docs/decisions/0019",
        "Where two cores or more may be used, each worker stays on the one that the fewest workers of the machine "
        "hold; one that ends, however it ends, gives its place back.",
    ),
    Promise(
        "worker:wanders-without-a-table",
        "docs/decisions/0019",
        "A worker that cannot learn who else is on the cores stays on none, says so once and serves.",
    ),
    Promise(
        "operators:backup-while-it-writes",
        _OPERATE,
        "A backup made while the service writes is one whole checked file of one moment, readable by its maker alone.",
    ),
    Promise(
        "operators:restore-refuses-a-running-service",
        _OPERATE,
        "A restore refuses while the service, or a command of it, uses the database.",
    ),
    Promise(
        "operators:restore-keeps-the-old-database",
        _OPERATE,
        "A restore keeps the old database beside the new one, with what it had not yet written back.",
    ),
    Promise(
        "operators:restore-takes-only-its-own-whole-copies",
        _OPERATE,
        "A damaged copy, one of another service or of a newer program is refused and changes nothing.",
    ),
    Promise(
        "operators:connections-checked-at-start",
        "docs/operate.md, PostgreSQL",
        "A process that may open more connections than PostgreSQL gives it says so at its start, in one sentence.",
    ),
    Promise(
        "operators:dependencies-are-those-that-are-imported",
        "docs/operate.md, First installation",
        "Every package of libs/ and services/ declares the packages it imports, and no other.",
    ),
    Promise(
        "operators:wheels-hold-the-data",
        "docs/operate.md, First installation",
        "The wheels of each service hold every file of its sources: pages, styles, translations, migrations, callers.",
    ),
    Promise(
        "operators:one-service-installs-elsewhere",
        "docs/operate.md, First installation",
        "What make package writes is installed and runs in a fresh environment without the checkout.",
    ),
    Promise(
        "operators:documents-name-what-exists",
        "docs/architecture.md, Seven principles",
        "Every path, command, option, setting and test that a document names exists.",
    ),
    Promise(
        "operators:units-are-confined",
        "deploy/README.md, On a server",
        "A unit of systemd runs a command that exists, as a user of its own, confined to the folder of its service.",
    ),
    Promise(
        "operators:proxies-set-what-is-believed",
        "deploy/README.md, On a server",
        "The example of a proxy sends each service to its port and takes from the browser no header that is believed.",
    ),
    Promise(
        "operators:containers-are-confined",
        "deploy/README.md, In containers",
        "A container of a service runs as nobody, without capabilities, and writes its own folder alone.",
    ),
)
