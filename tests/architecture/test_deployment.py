"""The files of deploy/ that an operator starts from fit the services: commands, ports, users, headers."""

import configparser
import re
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from servicekit.rpc.certificates import issue, write_authority
from servicekit.settings import ServiceSettings
from tests.architecture.test_documents import commands_of
from tests.architecture.tree import ROOT, SERVICES, tracked
from tests.promises import promise

UNITS = [path for path in tracked() if path.parts[:2] == ("deploy", "systemd")]
JOBS = [path for path in UNITS if path.suffix == ".service"]
PROXIES = [path for path in tracked(".conf") if path.parts[:2] == ("deploy", "proxy")]
APACHE = "/usr/sbin/apache2"
MODULES = ("mpm_event", "authz_core", "alias", "ssl", "socache_shmcb", "proxy", "proxy_http", "headers", "reqtimeout")
CONFINED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "UMask": "0077",
    "CapabilityBoundingSet": "",
}


def _unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / path)
    return parser


def web_ports() -> dict[str, int]:
    settings: dict[str, type[ServiceSettings]] = {
        name: getattr(import_module(f"{name}.settings"), f"{name.capitalize()}Settings") for name in SERVICES
    }
    return {name: int(one.model_fields["web_port"].default) for name, one in settings.items()}


def test_the_files_are_found() -> None:
    assert len(JOBS) >= 4
    assert {path.name for path in PROXIES} == {"nginx.conf", "apache.conf"}


@promise("operators:units-are-confined")
@pytest.mark.parametrize("path", JOBS, ids=str)
def test_a_unit_is_confined_to_its_folder_and_runs_a_command_that_exists(path: Path) -> None:
    service = _unit(path)["Service"]
    assert {name: service.get(name) for name in CONFINED} == CONFINED
    assert service["User"].startswith("partenaire-")
    assert service["StateDirectoryMode"] == "0700"
    started = re.fullmatch(
        r"/opt/partenaire/(\S+)/bin/python -m (\S+) ([a-z-]+) (?:.* )?--config (\S+)", service["ExecStart"]
    )
    assert started is not None
    folder, module, command, config = started.groups()
    assert folder == module
    assert config == f"/etc/partenaire/{module}.env"
    for one in SERVICES if module == "%i" else (module,):
        assert command in commands_of(one)


def test_the_unit_of_a_service_stops_and_restarts_as_the_service_does() -> None:
    service = _unit(Path("deploy/systemd/partenaire@.service"))["Service"]
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"] == "2"
    longest = re.search(r"exit code 0 within\s+seconds, (\d+) at most", (ROOT / "docs/operate.md").read_text())
    assert longest is not None
    assert int(service["TimeoutStopSec"]) > int(longest[1])


@pytest.mark.parametrize("path", [path for path in UNITS if path.suffix == ".timer"], ids=str)
def test_a_timer_starts_a_unit_that_is_there(path: Path) -> None:
    assert _unit(path)["Timer"]["OnCalendar"]
    assert (ROOT / path).with_suffix(".service").exists()


@pytest.mark.parametrize("path", UNITS, ids=str)
def test_systemd_understands_every_line(path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(ROOT / path)], capture_output=True, text=True, check=False, timeout=60
    )
    strange = [line for line in done.stderr.splitlines() if "is not executable" not in line and path.name[:8] in line]
    assert strange == []


@promise("operators:proxies-set-what-is-believed")
@pytest.mark.parametrize("path", PROXIES, ids=str)
def test_a_proxy_sends_each_service_to_its_port_and_lets_no_header_of_its_own_in(path: Path) -> None:
    text = (ROOT / path).read_text()
    blocks = re.split(r"^(?:server \{|<VirtualHost \*:443>)", text, flags=re.MULTILINE)[1:]
    tls = {name: block for block in blocks for name in SERVICES if f"{name}.pem" in block}
    assert set(tls) == set(SERVICES)
    for name, block in tls.items():
        assert re.findall(r"http://127\.0\.0\.1:(\d+)", block) == [str(web_ports()[name])]
        if path.name == "nginx.conf":
            assert "proxy_set_header X-Forwarded-For $remote_addr;" in block
            assert 'proxy_set_header Client-Cert "";' in block
            assert "proxy_request_buffering on;" in block
        else:
            for header in ("X-Forwarded-For", "X_Forwarded_For", "Client-Cert", "Client_Cert"):
                assert f"RequestHeader unset {header}\n" in block
    assert "underscores_in_headers on" not in text
    assert "$proxy_add_x_forwarded_for" not in text


def _with_certificates(text: str, folder: Path) -> str:
    write_authority(folder)
    issue(folder, "auth", "test")
    text = re.sub(r"/etc/ssl/partenaire/\w+\.pem", str(folder / "auth" / "service.pem"), text)
    return re.sub(r"/etc/ssl/partenaire/\w+\.key", str(folder / "auth" / "service-key.pem"), text)


def test_apache_takes_the_example(tmp_path: Path) -> None:
    modules = Path("/usr/lib/apache2/modules")
    if not Path(APACHE).exists():
        pytest.skip("Apache is not here")
    lines = [f"ServerRoot {tmp_path}", f"PidFile {tmp_path}/pid", f"DefaultRuntimeDir {tmp_path}", "ServerName test"]
    lines += [f"LoadModule {name}_module {modules}/mod_{name}.so" for name in MODULES]
    lines += [f"ErrorLog {tmp_path}/error.log", "Listen 127.0.0.1:18080"]
    example = (ROOT / "deploy/proxy/apache.conf").read_text()
    config = tmp_path / "apache.conf"
    config.write_text("\n".join(lines) + "\n" + _with_certificates(example, tmp_path / "tls"))
    done = subprocess.run([APACHE, "-t", "-f", str(config)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_nginx_takes_the_example(tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if nginx is None:
        pytest.skip("nginx is not here")
    example = (ROOT / "deploy/proxy/nginx.conf").read_text()
    config = tmp_path / "nginx.conf"
    inside = _with_certificates(example, tmp_path / "tls")
    folders = "".join(f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi"))
    folders += "".join(f"{name}_temp_path {tmp_path}/{name};\n" for name in ("uwsgi", "scgi"))
    around = f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
    config.write_text(f"{around}http {{\naccess_log off;\n{folders}{inside}\n}}\n")
    done = subprocess.run([nginx, "-t", "-c", str(config)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
