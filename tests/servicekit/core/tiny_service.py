"""A service as small as can be, run as a real process by the tests: `python -m tests.servicekit.core.tiny_service`."""

import sys

from pydantic_settings import SettingsConfigDict

from servicekit.commands import Command, service_main
from servicekit.settings import ServiceSettings


class TinySettings(ServiceSettings):
    """Settings of the tiny service."""

    model_config = SettingsConfigDict(env_prefix="TINY_")

    service: str = "tiny"
    environment: str = "demo"
    mode: str = "normal"
    """normal, slow-start, broken-start, not-ready, answers-anyway"""


def _modules(_settings: TinySettings, _arguments: object) -> int:
    sys.stdout.write(f"grpc imported: {'grpc' in sys.modules}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(
        service_main(
            service="tiny",
            settings_class=TinySettings,
            build="tests.servicekit.core.tiny_bootstrap:build",
            migrations="tests.servicekit.core",
            extra=[Command("modules", "say whether grpc is imported", _modules)],
        )
    )
