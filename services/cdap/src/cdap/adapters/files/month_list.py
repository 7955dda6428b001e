"""The command `months`: which month each Caf has in force, and which files are half imported."""

from collections.abc import Sequence

from cdap.use_cases.import_ports import CafMonth, UnfinishedFile


def month_list(cafs: Sequence[CafMonth], files: Sequence[UnfinishedFile]) -> str:
    """Lines for the operator."""
    lines = [_caf(caf) for caf in cafs if caf.number] or ["aucun dossier n'est en place"]
    for file in files:
        filled = ", ".join(caf.caf for caf in cafs if caf.filling == file.digest) or "aucune Caf"
        lines.append(
            f"import inachevé : {file.name}, commencé le {file.began_at:%Y-%m-%d %H:%M} UTC, lu jusqu'à la ligne "
            f"{file.line} ({filled}) ; donnez-le à nouveau pour continuer"
        )
    return "\n".join(lines) + "\n"


def _caf(caf: CafMonth) -> str:
    since = f"{caf.in_force_at:%Y-%m-%d %H:%M} UTC" if caf.in_force_at else "?"
    aside = f", {caf.set_aside_count} mis de côté" if caf.set_aside_count else ""
    return f"Caf {caf.caf} : {caf.month}, {caf.dossier_count} dossiers{aside}, depuis le {since} ({caf.file_name})"
