"""Tables of cdap: dossiers by generation, and the one row that says which generation is in force.

An import fills a new generation that nobody reads, then one row changes. Reading a dossier is one read of the index
`dossier_key`; the document is canonical JSON.
"""

import sqlalchemy as sa

metadata = sa.MetaData()

dossier = sa.Table(
    "dossier",
    metadata,
    sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("matricule", sa.String(7), primary_key=True),
    sa.Column("caf", sa.String(3), primary_key=True),
    sa.Column("name_keys", sa.Text, nullable=False),  # see cdap.domain.names; separated by spaces
    sa.Column("document", sa.LargeBinary, nullable=False),
)

generation_in_force = sa.Table(
    "generation_in_force",
    metadata,
    sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),  # always 1
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("dossier_count", sa.Integer, nullable=False),
)
