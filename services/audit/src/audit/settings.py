"""The settings of the journal."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from servicekit.settings import Port, PublicUrl, RelyingPartySettings, Threads


class AuditSettings(RelyingPartySettings):
    """What a process of the journal needs to know before it can start."""

    model_config = SettingsConfigDict(env_prefix="AUDIT_")

    service: str = "audit"
    public_url: PublicUrl = Field(
        "http://localhost:8403", description="Address auditors type. https unless the host is this machine."
    )
    web_port: Port = Field(8403, description="TCP port of the pages.")
    rpc_port: Port = Field(9403, description="TCP port of gRPC.")
    rpc_threads: Threads = Field(
        32, description="Appends answered at the same time. They wait on the disk together, so many share one commit."
    )
    key_directory: Path | None = Field(
        None,
        description="Folder of the keys of months and checkpoints. Default: keys/ in the data folder.",
    )
    guard_directory: Path | None = Field(
        None,
        description="Folder of the last signed tree, which a restored database must not bring back. Default: guard/ in "
        "the data folder; better on another disk.",
    )
    guard_url: str = Field(
        "",
        description="postgresql://… or sqlite:///path of a second database for the last signed tree, instead of that "
        "folder: needed when processes of the journal are on several machines. Never restored with the first.",
    )
    published_checkpoint: Path | None = Field(
        None,
        description="File of the newest checkpoint, for anyone to read. Default: checkpoint in the data folder.",
    )
    origin: str = Field(
        "partenaire.localhost/journal",
        pattern=r"^[^\s+]{1,100}$",
        description="Name of this journal in its checkpoints (C2SP tlog-checkpoint). Never changes in its life.",
    )
    checkpoint_every: timedelta = Field(
        timedelta(seconds=1), description="Time between two checkpoints. 1 s: what is not signed yet is short."
    )

    @property
    def keys(self) -> Path:
        """Folder of the keys."""
        return self.key_directory or self.data_directory / "keys"

    @property
    def guard(self) -> Path:
        """Folder of the guard."""
        return self.guard_directory or self.data_directory / "guard"

    @property
    def checkpoint_file(self) -> Path:
        """File of the newest checkpoint."""
        return self.published_checkpoint or self.data_directory / "checkpoint"
