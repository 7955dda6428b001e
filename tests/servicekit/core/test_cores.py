"""A worker stays on the least taken core of the machine, and wanders where it must not choose."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from servicekit.cores import ALLOWED_CORES, CoreTable, kept_on_core, leave_core, usable_cores
from servicekit.errors import StartError
from servicekit.rpc.certificates import issue, write_authority
from tests.promises import promise
from tests.servicekit.core.running import Tiny, tiny_service

several = pytest.mark.skipif(usable_cores() < 2, reason="there is one core only")

IN_A_CONTAINER = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of the tiny service."""
    folder = tmp_path_factory.mktemp("tls")
    write_authority(folder)
    return issue(folder, "tiny", "demo")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "cores"


@pytest.fixture
def services(tmp_path: Path, tls: Path, table: Path) -> Iterator["Services"]:
    """Starts workers that share a table."""
    with ExitStack() as stack:
        yield Services(tmp_path, tls, table, stack)


class Services:
    """Workers of the tiny service."""

    def __init__(self, directory: Path, tls: Path, table: Path, stack: ExitStack) -> None:
        self._directory, self._tls, self._table, self._stack = directory, tls, table, stack
        self._count = 0

    def start(self, core: str = "auto", table: Path | None = None) -> Tiny:
        self._count += 1
        folder = self._directory / f"service-{self._count}"
        more = {"core": core, "core_table": str(table or self._table)}
        tiny = self._stack.enter_context(tiny_service("serve-web", folder, self._tls, **more))
        tiny.wait_for('"started"')
        return tiny


def _cores(pid: int) -> list[set[int]]:
    """Where each thread of a process may run."""
    return [os.sched_getaffinity(int(thread.name)) for thread in Path(f"/proc/{pid}/task").iterdir()]


def _core(tiny: Tiny) -> int:
    """The one core that every thread of a worker is kept on."""
    places = _cores(tiny.process.pid)
    assert len(places) > 1
    assert all(place == places[0] for place in places)
    assert len(places[0]) == 1
    return places[0].copy().pop()


@several
@promise("worker:stays-on-the-least-taken-core")
def test_workers_spread_over_the_cores_and_a_killed_one_leaves_its_place(services: Services) -> None:
    workers = [services.start() for _ in ALLOWED_CORES]
    assert {_core(worker) for worker in workers} == ALLOWED_CORES
    left = _core(workers[0])
    workers[0].process.send_signal(signal.SIGKILL)
    workers[0].process.wait()
    assert _core(services.start()) == left


@several
def test_a_core_that_is_named_counts_for_the_others(services: Services) -> None:
    named = max(ALLOWED_CORES)
    assert _core(services.start(core=str(named))) == named
    assert _core(services.start()) != named


@several
def test_a_worker_that_is_told_so_wanders(services: Services) -> None:
    wanders = services.start(core="off")
    assert all(place == ALLOWED_CORES for place in _cores(wanders.process.pid))
    assert "not kept on one core" not in wanders.log()
    assert '"core":null' in wanders.log()


@several
@pytest.mark.parametrize("what", ["file", "link", "below a file"])
@promise("worker:wanders-without-a-table")
def test_without_a_usable_table_a_worker_wanders_and_says_so_once(
    what: str, services: Services, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    table = {"file": tmp_path / "file", "link": tmp_path / "link", "below a file": tmp_path / "file" / "cores"}[what]
    wanders = services.start(table=table)
    assert all(place == ALLOWED_CORES for place in _cores(wanders.process.pid))
    assert wanders.log().count('"not kept on one core"') == 1


def test_a_named_core_that_may_not_be_used_is_refused(tmp_path: Path, tls: Path) -> None:
    with tiny_service("serve-web", tmp_path, tls, core="4095") as tiny:
        assert tiny.end() == 2
    assert tiny.log().startswith("tiny: Core 4095 is not one that this process may use (")


def _in_python(program: str, *before: str) -> str:
    code = f"import os\nfrom pathlib import Path\nfrom servicekit.cores import *\n{program}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [*before, sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return result.stdout.strip()


def test_within_a_single_core_of_a_cpuset_nothing_is_chosen_and_nothing_said(table: Path) -> None:
    program = (
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from importlib import reload\nimport servicekit.cores as cores\nreload(cores)\n"
        f"with cores.kept_on_core('auto', Path({str(table)!r})) as kept: print(kept.core, kept.why_not)"
    )
    assert _in_python(program) == "None"
    assert not table.exists()


@pytest.mark.skipif(
    subprocess.run([*IN_A_CONTAINER, "true"], capture_output=True, check=False).returncode != 0,
    reason="namespaces of processes cannot be made here",
)
@several
def test_in_a_container_a_worker_stays_on_a_core_only_with_a_table_that_is_shared(table: Path) -> None:
    alone = _in_python("with kept_on_core('auto', None) as kept: print(kept.core, kept.why_not)", *IN_A_CONTAINER)
    shared = _in_python(
        f"with kept_on_core('auto', Path({str(table)!r})) as kept: print(kept.core in ALLOWED_CORES)", *IN_A_CONTAINER
    )
    assert alone.startswith("None a container does not see")
    assert shared == "True"


@several
def test_threads_stay_too_and_what_is_not_the_interpreter_leaves(table: Path) -> None:
    seen: dict[str, set[int]] = {}

    def look(name: str) -> None:
        seen[name] = os.sched_getaffinity(threading.get_native_id())

    def leave() -> None:
        leave_core()
        look("left")

    before = os.sched_getaffinity(0)
    with kept_on_core("auto", table) as kept:
        for work in (lambda: look("stays"), leave):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        assert seen == {"stays": {kept.core}, "left": ALLOWED_CORES}
        assert os.sched_getaffinity(0) == {kept.core}
    assert os.sched_getaffinity(0) == before


@several
def test_a_forked_child_neither_stays_on_the_core_nor_keeps_the_place(table: Path) -> None:
    """In a process of its own: the one of the tests has threads, which a fork does not survive."""
    program = f"""
import signal
says, tells = os.pipe()
with kept_on_core("auto", Path({str(table)!r})) as first:
    pid = os.fork()
    if not pid:
        os.write(tells, b"y" if os.sched_getaffinity(0) == ALLOWED_CORES else b"n")
        signal.pause()
    assert os.read(says, 1) == b"y"
with kept_on_core("auto", Path({str(table)!r})) as second:
    print(second.core == first.core)
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
"""
    assert _in_python(program) == "True"


def test_the_table_serves_other_users_whatever_the_umask(table: Path) -> None:
    before = os.umask(0o077)
    try:
        _core_taken, place = CoreTable(table).take({0, 1})
    finally:
        os.umask(before)
    os.close(place)
    assert stat.S_IMODE(table.stat().st_mode) == 0o1777
    assert {stat.S_IMODE(file.stat().st_mode) for file in table.iterdir()} == {0o444}


@pytest.mark.parametrize("what", ["pipe", "folder", "link"])
def test_a_file_of_the_table_that_is_something_else_is_not_followed(what: str, table: Path, tmp_path: Path) -> None:
    table.mkdir()
    make = {
        "pipe": os.mkfifo,
        "folder": os.mkdir,
        "link": lambda path: path.symlink_to(tmp_path / "elsewhere"),
    }
    make[what](table / "core0.0")
    with pytest.raises(OSError, match=r"core0\.0"):
        CoreTable(table).take({0})
    assert not (tmp_path / "elsewhere").exists()


def test_many_at_once_take_every_core_equally(table: Path) -> None:
    taken: list[tuple[int, int]] = []
    threads = [threading.Thread(target=lambda: taken.append(CoreTable(table).take({0, 1, 2}))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _core_taken, place in taken:
        os.close(place)
    counts = [sum(core == one for one, _place in taken) for core in (0, 1, 2)]
    assert counts == [4, 4, 4]


@pytest.mark.parametrize(
    ("group", "files", "cores"),
    [
        ("0::/", {"cpu.max": "100000 100000"}, 1),
        ("0::/", {"cpu.max": "max 100000"}, 64),
        ("0::/system.slice/a.service", {"system.slice/cpu.max": "150000 100000"}, 1),
        ("0::/pod/a", {"pod/a/cpu.max": "400000 100000", "pod/cpu.max": "250000 100000"}, 2),
        ("3:cpu,cpuacct:/pod", {"cpu,cpuacct/pod/cpu.cfs_quota_us": "100000"}, 1),
        ("3:cpu:/elsewhere", {"cpu/cpu.cfs_quota_us": "50000"}, 1),
        ("3:cpu:/", {"cpu/cpu.cfs_quota_us": "-1"}, 64),
        ("4:cpuset:/", {"cpu/cpu.cfs_quota_us": "100000"}, 64),
        ("0::/", {"cpu.max": "nonsense"}, 64),
        ("", {}, 64),
    ],
)
def test_a_cpu_quota_counts_like_fewer_cores(group: str, files: dict[str, str], cores: int, tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(f"1:name=systemd:/\n{group}\n".strip())
    for name, content in files.items():
        file = tmp_path / "sys/fs/cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        if name.endswith("cfs_quota_us"):
            (file.parent / "cpu.cfs_period_us").write_text("100000")
    assert usable_cores(tmp_path) == min(cores, len(ALLOWED_CORES))


@pytest.mark.parametrize("core", ["4095", "9999"])
def test_a_core_is_refused_before_anything_is_taken(core: str, table: Path) -> None:
    with pytest.raises(StartError, match="is not one that this process may use"), kept_on_core(core, table):
        pass
    assert not table.exists()
