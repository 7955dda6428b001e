"""The folder for outsiders: complete, nameless, checked with the public key alone; every kind of damage is seen."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.adapters.database.unit_of_work import SqlJournalStore
from audit.adapters.files.note_key import VERIFIER_KEY_FILE, Ed25519NoteVerifier
from audit.adapters.files.public_folder import DiskPublicFolder
from audit.domain.refusals import JournalDamagedError, NotYetInTreeError
from audit.use_cases.public_log import PublicReport, WritePublicLog, check_public_log
from tests.audit.adapters.test_command import run_command
from tests.audit.builders import COMMUNE, DIRECTRICE, FakeProducer, Journal, journal
from tests.promises import promise

Harm = Callable[[Path], None]


def verifier_of(opened: Journal) -> Ed25519NoteVerifier:
    return Ed25519NoteVerifier.from_file(opened.settings.keys / VERIFIER_KEY_FILE)


def export(opened: Journal, folder: Path) -> int:
    """How many resources were written."""
    written = WritePublicLog(SqlJournalStore(opened.database), verifier_of(opened))
    return written(DiskPublicFolder(folder)).resources


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@promise("journal:an-export-names-nobody")
def test_an_export_grows_with_the_journal_and_names_nobody(tmp_path: Path, database_url: str) -> None:
    public = tmp_path / "public"
    with journal(tmp_path, database_url) as opened:
        with pytest.raises(NotYetInTreeError):
            export(opened, public)
        cdap = FakeProducer()
        opened.append(*cdap.events(300, subject="dossier:921:0346145"))
        opened.core.use_cases.publish()
        assert export(opened, public) == 5
        assert export(opened, public) == 0
        first = ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"]
        assert files_in(public) == [*first, "tile/entries/000", "tile/entries/001.p/44"]
        opened.append(*cdap.events(300))
        assert export(opened, public) == 0, "what is not signed is not given"
        opened.core.use_cases.publish()
        assert export(opened, public) == 5
        assert "tile/0/001" in files_in(public)
        assert "tile/0/001.p/44" not in files_in(public)
        assert check_public_log(DiskPublicFolder(public), verifier_of(opened)) == PublicReport(
            opened.core.use_cases.checkpoint().head, ()
        )
    told = b"".join(path.read_bytes() for path in public.rglob("*") if path.is_file())
    for identifier in (DIRECTRICE, COMMUNE, "0346145", "enfants"):
        assert identifier.encode() not in told


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of 300 entries with that of 270 and that of another journal beside it, and the public key."""
    folder = tmp_path_factory.mktemp("exported")
    with journal(folder / "one", f"sqlite:///{folder / 'one.sqlite3'}") as opened:
        cdap = FakeProducer()
        for size, name in ((270, "before"), (30, "public")):
            opened.append(*cdap.events(size))
            opened.core.use_cases.publish()
            export(opened, folder / name)
        shutil.copy(opened.settings.keys / VERIFIER_KEY_FILE, folder / "key")
    with journal(folder / "other", f"sqlite:///{folder / 'other.sqlite3'}") as opened:
        opened.append(*FakeProducer().events(300))
        opened.core.use_cases.publish()
        export(opened, folder / "foreign")
    return folder


def flipped(path: str, at: int) -> Harm:
    def harm(folder: Path) -> None:
        data = bytearray((folder / path).read_bytes())
        data[at] ^= 1
        (folder / path).write_bytes(bytes(data))

    return harm


def rewritten(path: str, data: Callable[[Path], bytes]) -> Harm:
    def harm(folder: Path) -> None:
        (folder / path).write_bytes(data(folder))

    return harm


def removed(path: str) -> Harm:
    return lambda folder: (folder / path).unlink()


def cut(path: str) -> Harm:
    return rewritten(path, lambda folder: (folder / path).read_bytes()[:-32])


def foreign(path: str) -> Harm:
    return rewritten(path, lambda folder: (folder.parent / "foreign" / path).read_bytes())


def older(path: str, of: str) -> Harm:
    return rewritten(path, lambda folder: (folder.parent / "before" / of).read_bytes())


RESOURCES = ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44")
HARMS: dict[str, Harm] = {
    **{f"{path} flipped": flipped(path, 20) for path in RESOURCES},
    **{f"{path} removed": removed(path) for path in (*RESOURCES, "checkpoint")},
    **{f"{path} cut": cut(path) for path in (*RESOURCES, "checkpoint")},
    **{f"{path} of another journal": foreign(path) for path in (*RESOURCES, "checkpoint")},
    "an older partial tile": older("tile/0/001.p/44", "tile/0/001.p/14"),
    "an older bundle": older("tile/entries/001.p/44", "tile/entries/001.p/14"),
    "another size": rewritten(
        "checkpoint", lambda folder: (folder / "checkpoint").read_bytes().replace(b"\n300\n", b"\n299\n")
    ),
}


@promise("journal:an-export-is-checked-with-the-public-key-alone")
@pytest.mark.parametrize("name", HARMS)
def test_every_kind_of_damage_to_an_export_is_seen(exported: Path, tmp_path: Path, name: str) -> None:
    verifier = Ed25519NoteVerifier.from_file(exported / "key")
    for each in ("public", "before", "foreign"):
        shutil.copytree(exported / each, tmp_path / each)
    folder = DiskPublicFolder(tmp_path / "public")
    assert not check_public_log(folder, verifier).problems
    HARMS[name](tmp_path / "public")
    assert check_public_log(folder, verifier).problems


def test_an_export_is_not_continued_by_another_journal(tmp_path: Path) -> None:
    with journal(tmp_path / "a", f"sqlite:///{tmp_path / 'a.sqlite3'}") as opened:
        opened.append(*FakeProducer().events(3))
        opened.core.use_cases.publish()
        export(opened, tmp_path / "public")
    with journal(tmp_path / "b", f"sqlite:///{tmp_path / 'b.sqlite3'}") as opened:
        opened.append(*FakeProducer().events(3))
        opened.core.use_cases.publish()
        with pytest.raises(JournalDamagedError, match="not signed by this journal"):
            export(opened, tmp_path / "public")


def test_the_commands_write_and_check(tmp_path: Path) -> None:
    with journal(tmp_path, f"sqlite:///{tmp_path / 'audit.sqlite3'}") as opened:
        opened.append(*FakeProducer().events(3))
        opened.core.use_cases.publish()
    written = run_command(tmp_path, "export", str(tmp_path / "public"))
    assert (written.returncode, written.stderr) == (0, "")
    key = str(tmp_path / "keys" / VERIFIER_KEY_FILE)
    checked = run_command(tmp_path, "check-export", str(tmp_path / "public"), "--key", key)
    assert (checked.returncode, checked.stdout.startswith("Intact: 3 entries")) == (0, True)
    flipped("tile/entries/000.p/3", 9)(tmp_path / "public")
    spoilt = run_command(tmp_path, "check-export", str(tmp_path / "public"), "--key", key)
    assert spoilt.returncode == 1
    assert "tile/0/000.p/3: not the hashes of the entries" in spoilt.stdout
