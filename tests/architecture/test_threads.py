"""Threads and pools are made where a mistake in them is caught and told; a new place must say how it does that."""

import ast

from tests.architecture.tree import ROOT, own_python
from tests.promises import promise

MADE = frozenset({"Thread", "ThreadPoolExecutor", "Timer"})
GUARDED = {
    "libs/servicekit/src/servicekit/background.py": "the repeating thread itself",
    "libs/servicekit/src/servicekit/outbox/relay.py": "catches everything at its edge; health tells a dead one",
    "libs/servicekit/src/servicekit/database/group_commit.py": "answers every job; callers are refused once it ended",
    "libs/servicekit/src/servicekit/worker.py": "waits for signals and watches health",
    "libs/servicekit/src/servicekit/health.py": "a check that raises is red",
    "libs/servicekit/src/servicekit/rpc/health.py": "ends one watch",
    "libs/servicekit/src/servicekit/issuer_keys.py": "one fetch; catches everything, callers are told and refused",
    "libs/servicekit/src/servicekit/rpc/server.py": "pools of gRPC: the steps translate every error",
    "libs/servicekit/src/servicekit/rpc/channel.py": "a timer that closes a channel",
    "services/auth/src/auth/people/adapters/crypto/passwords.py": "the hashing pool: the caller gets what it raises",
    "services/audit/src/audit/adapters/background.py": "catches everything at its edge; callers get the error",
    "services/auth/src/auth/people/adapters/background.py": "a pool in a repeating thread, which reads results",
    "services/auth/src/auth/clients/use_cases/try_client.py": "a pool whose results are all read by the request",
    "services/auth/src/auth/ground/adapters/clients/guarded_fetch.py": "one look-up; callers wait with a limit",
    "deploy/onebox/src/onebox/preparation.py": "the demo prepares in parallel and reads every result",
    "deploy/onebox/src/onebox/inbox/__main__.py": "the demo's inbox",
}


def _makes_threads(source: str) -> bool:
    names = (
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    )
    return any(name in MADE for name in names)


@promise("product:no-thread-ends-unseen")
def test_a_thread_is_made_only_where_its_mistakes_are_caught() -> None:
    found = {
        str(path) for path in own_python() if path.parts[0] != "tests" and _makes_threads((ROOT / path).read_text())
    }
    front = {path for path in found if path.startswith("libs/servicekit/src/servicekit/front/")}
    assert found - front - set(GUARDED) == set(), (
        "use servicekit.background.Repeating, or say here what guards the thread"
    )


STARTS_PROCESSES = frozenset({"subprocess", "multiprocessing", "ProcessPoolExecutor", "posix_spawn", "system", "popen"})


def test_a_service_starts_no_process_which_would_stay_on_its_core() -> None:
    """A started program inherits the core of its worker: `servicekit.cores.leave_core` in its thread comes first."""
    for path in own_python():
        if path.parts[0] in {"libs", "services"}:
            tree = ast.parse((ROOT / path).read_text())
            named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            named |= {
                one.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names
            }
            named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
            assert not named & STARTS_PROCESSES, path
