"""python -m onebox.demo_extranet --config FILE: makes the tables when needed, then serves the pages."""

import argparse
import sys
from pathlib import Path

from onebox.demo_extranet.settings import DemoExtranetSettings
from servicekit.database import SchemaVersionError, check_schema, migrate, open_database
from servicekit.errors import ServiceError, StartError
from servicekit.process import Parts
from servicekit.settings import load_settings
from servicekit.worker import run_service

_NEWEST_SCHEMA = "0001"
_MIGRATIONS = Path(__file__).parent / "migrations"


def main() -> int:
    """Exit code: 0 ended as asked, 1 the worker died, 2 cannot start (one sentence says why)."""
    parser = argparse.ArgumentParser(prog="python -m onebox.demo_extranet", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="settings, one DEMO_NAME=value per line")
    return serve(parser.parse_args().config)


def serve(config: Path) -> int:
    """Serves the extranet of this settings file; the exit code is that of `main`."""
    try:
        settings = load_settings(DemoExtranetSettings, config)
        settings.data_directory.mkdir(parents=True, exist_ok=True)
        _make_tables(settings.database_url)
        return run_service("onebox.demo_extranet.app:build", settings, Parts.WEB)
    except (StartError, ServiceError) as error:
        sys.stderr.write(f"demo extranet: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _make_tables(database_url: str) -> None:
    """Looks first: to migrate is to import Alembic, a quarter of a second at each start.

    Raises:
        SchemaVersionError: the tables are those of a newer program.
    """
    database = open_database(database_url, threads=1)
    try:
        check_schema(database, _NEWEST_SCHEMA, _NEWEST_SCHEMA)
        current = True
    except SchemaVersionError:
        current = False
    finally:
        database.close()
    if not current:
        migrate(database_url, _MIGRATIONS)


if __name__ == "__main__":
    sys.exit(main())
