"""The register in its own database: tables, one file per group of repositories, migrations."""
