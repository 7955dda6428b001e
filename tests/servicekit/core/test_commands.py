"""The command line of a service."""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from servicekit.commands import Command, migrations_folder, service_main
from servicekit.errors import ConflictError, StartError
from servicekit.process import Process
from tests.commands import run
from tests.servicekit.core.tiny_service import TinySettings


def _run(*argv: str, extra: tuple[Command[TinySettings], ...] = ()) -> int:
    return service_main(
        service="tiny",
        settings_class=TinySettings,
        build=lambda _settings, _parts: Process(),
        migrations="tests.servicekit.core:migrations",
        extra=extra,
        argv=argv,
    )


def _refusing(error: Exception) -> Command[TinySettings]:
    def run(_settings: TinySettings, _arguments: argparse.Namespace) -> int:
        raise error

    return Command("refuse", "always refuses", run)


def test_check_config_shows_every_setting_with_what_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "tiny.env"
    config.write_text("TINY_DATABASE_URL=postgresql://u:s3cret@db/tiny\n", encoding="utf-8")
    config.chmod(0o600)
    assert _run("check-config", "--config", str(config)) == 0
    shown = capsys.readouterr().out
    assert "# TINY_DATABASE_URL=postgresql://u:********@db/tiny  # " in shown
    assert "TINY_WEB_PORT=8400  # TCP port of the pages." in shown
    assert "s3cret" not in shown


def test_wrong_settings_are_one_sentence_and_code_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "tiny.env"
    config.write_text("TINY_WEB_PORT=none\n", encoding="utf-8")
    assert _run("check-config", "--config", str(config)) == 2
    assert capsys.readouterr().err.startswith("tiny: TINY_WEB_PORT: ")


@pytest.mark.parametrize(
    "error", [StartError("do this first"), ConflictError("do this first", reason="SOMETHING_FIRST")]
)
def test_what_a_command_refuses_is_one_sentence_and_code_2(
    capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    assert _run("refuse", extra=(_refusing(error),)) == 2
    assert capsys.readouterr().err == "tiny: do this first\n"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(13, "Permission denied", "/srv/x"), "Permission denied: /srv/x."),
        (OSError(36, "File name too long", "a" * 5000), "File name too long: aaa"),
        (OSError(28, "No space left on device"), "No space left on device."),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"), "is not UTF-8"),
        (OperationalError("SELECT x", None, Exception("no such table: outbox")), "run `migrate` first"),
        (ValueError("Jeanne Durand"), "A mistake in the program (ValueError); report this place: "),
        (RecursionError(), "A mistake in the program (RecursionError)"),
    ],
)
def test_whatever_ends_a_command_an_operator_reads_one_sentence_and_no_traceback(
    capsys: pytest.CaptureFixture[str], error: Exception, says: str
) -> None:
    assert _run("refuse", extra=(_refusing(error),)) == 2
    told = capsys.readouterr().err
    assert says in told
    assert len(told.splitlines()) == 1
    assert len(told) < 600
    assert "Jeanne" not in told


def test_ctrl_c_in_a_command_is_not_a_traceback() -> None:
    def run(_settings: TinySettings, _arguments: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    assert _run("wait", extra=(Command("wait", "waits", run),)) == 130


def test_a_command_of_the_service_gets_its_arguments_and_its_settings(tmp_path: Path) -> None:
    seen: list[Any] = []

    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def run(settings: TinySettings, arguments: argparse.Namespace) -> int:
        seen.append((settings.service, arguments.file))
        return 3

    assert _run("import", str(tmp_path), extra=(Command("import", "imports", run, add_arguments),)) == 3
    assert seen == [("tiny", tmp_path)]


def test_an_unknown_command_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        _run("begin")
    assert caught.value.code == 2
    assert "serve-web" in capsys.readouterr().err


def test_migrations_are_found_beside_the_package_that_names_them() -> None:
    assert migrations_folder("tests.servicekit.core:migrations") == Path(__file__).parent / "migrations"
    assert migrations_folder("tests.servicekit.core") == Path(__file__).parent
    with pytest.raises(StartError, match=r"no package tests\.servicekit\.nothing"):
        migrations_folder("tests.servicekit.nothing:x")


SERVICES = ("auth", "habpps", "cdap", "audit")


@pytest.mark.parametrize("service", SERVICES)
def test_a_template_of_settings_can_be_kept_filled_in_and_read(service: str, tmp_path: Path) -> None:
    made = run(service, "check-config", "--template")
    assert (made.returncode, made.stderr) == (0, "")
    config = tmp_path / "own.env"
    config.write_text(made.stdout + f"{service.upper()}_DATA_DIRECTORY={tmp_path}\n", encoding="utf-8")
    read = run(service, "check-config", "--config", str(config))
    assert read.returncode == (0 if service == "auth" else 2), read.stderr
    assert service == "auth" or "CLIENT_SECRET is empty" in read.stderr
    assert not (tmp_path / "None").exists()


@pytest.mark.parametrize("service", SERVICES)
def test_what_check_config_prints_is_read_back_as_the_same_settings(service: str, tmp_path: Path) -> None:
    first = run(service, "check-config").stdout
    config = tmp_path / "own.env"
    config.write_text(first, encoding="utf-8")
    assert run(service, "check-config", "--config", str(config)).stdout == first


@pytest.mark.parametrize("arguments", [("check-config",), ("check-config", "--template")])
def test_a_reader_that_has_seen_enough_is_no_error(arguments: tuple[str, ...]) -> None:
    command = f"{shlex.join([sys.executable, '-m', 'audit', *arguments])} | true"
    found = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in found.stderr
    assert "BrokenPipe" not in found.stderr
