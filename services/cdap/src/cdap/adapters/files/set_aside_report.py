"""The report of an import: a file that names every record set aside, and the summary on the terminal. No content of a
record in either: number of the line, matricule masked, field, reason.
"""

from pathlib import Path
from types import TracebackType
from typing import TextIO

from cdap.use_cases.import_ports import OddRecord
from cdap.use_cases.import_report import MOST_NAMED, CafOutcome, CafTally, ImportReport
from cdap.use_cases.incoming_lines import MAXIMUM_LINE_BYTES
from servicekit.errors import StartError

SUFFIX = ".ecarts.tsv"
_SHOWN = 5

REASONS = {
    "NOT_JSON": "n'est pas un objet JSON lisible",
    "NOT_UTF8": "n'est pas écrite en UTF-8",
    "TRUNCATED_LINE": "est coupée : le fichier n'a peut-être pas été transmis en entier",
    "LINE_TOO_LONG": f"dépasse {MAXIMUM_LINE_BYTES // 1024} Kio",
    "NOT_AN_OBJECT": "doit être un objet",
    "MISSING": "manque",
    "UNKNOWN_FIELD": "n'est pas un champ du dossier, ou n'a pas le droit d'y être",
    "UNKNOWN_CODE": "n'est pas un code connu",
    "NOT_A_TEXT": "doit être un texte",
    "EMPTY": "est vide",
    "TOO_LONG": "est trop long",
    "CONTROL_CHARACTER": "contient un caractère de contrôle",
    "NOT_A_MONTH": "doit être un mois, par exemple 2026-11",
    "NOT_A_DATE": "doit être une date, par exemple 2026-11-23 ; 2026-11-00 ou 2026-00-00 quand on en ignore une partie",
    "DATE_IMPLAUSIBLE": "a une année invraisemblable (avant 1900 ou après 2100)",
    "NOT_A_COG_CODE": "doit être un code commune ou pays de l'INSEE",
    "NOT_A_CAF_CODE": "doit être un code de Caf à trois chiffres",
    "NOT_A_MATRICULE": "doit avoir sept chiffres",
    "NOT_A_LETTER": "doit être une lettre majuscule",
    "NOT_AN_AMOUNT": "doit être un montant en centimes, entier et positif",
    "NOT_TRUE_OR_FALSE": "doit être true ou false",
    "NOT_IN_RANGE": "est hors des limites",
    "NOT_A_LIST": "doit être une liste",
    "WRONG_NUMBER_OF_ITEMS": "n'a pas le bon nombre d'éléments",
    "NOT_ONE_ALLOCATAIRE": "doit avoir un allocataire et au plus un conjoint",
    "NAME_WITHOUT_LETTER": "ne contient aucune lettre",
    "BORN_AFTER_THE_MONTH": "est après le mois du dossier",
    "MORE_THAN_THE_CHILDREN": "dépasse le nombre d'enfants du dossier",
    "DOES_NOT_BEGIN_WITH_THE_VALUE": "doit commencer par le quotient familial du mois",
    "SAME_CAF": "est la Caf du dossier elle-même",
    "REPEATED": "est deux fois dans le fichier : la seconde fois est mise de côté",
    "DUPLICATE": "est deux fois dans le fichier avec des contenus différents : aucun des deux n'est importé",
}
_HEADINGS = ("ligne", "numéro d'allocataire", "champ", "raison", "explication")


class SetAsideReport:
    """The file of the records set aside. It stays only when there is one; an older one of the same name goes."""

    def __init__(self, path: Path) -> None:
        """Opens it before anything is imported, so that a report can always be written.

        Raises:
            StartError: it cannot be written.
        """
        self.path = path
        self.count = 0
        try:
            self._file: TextIO = path.open("w", encoding="utf-8", newline="\n")
            path.chmod(0o600)
        except OSError as error:
            raise StartError(
                f"The report {path} cannot be written: {error.strerror}. Name another place with --report."
            ) from error

    def __enter__(self) -> "SetAsideReport":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if self.count == 0:
            self.path.unlink(missing_ok=True)

    def add(self, record: OddRecord) -> None:
        """Write a record that is set aside."""
        if self.count == 0:
            self._file.write("\t".join(_HEADINGS) + "\n")
        self.count += 1
        for path, reason in record.problems:
            cells = (str(record.line), record.matricule, path, reason, REASONS[reason])
            self._file.write("\t".join(cells) + "\n")


def summary(report: ImportReport, path: Path) -> str:
    """What the operator reads at the end: how many, which share, why, and what is in force now."""
    share = report.set_aside_count * 100 / report.record_count if report.record_count else 0.0
    lines = [_outcome(report, share)]
    lines += [_of_caf(code, caf) for code, caf in report.in_force.items()]
    lines += [_refused(code, caf) for code, caf in report.refused.items()]
    if report.resumed_after:
        lines.append(f"repris après la ligne {report.resumed_after}, où un import précédent s'était arrêté")
    if report.odd_records:
        lines += [_line_of(record) for record in report.odd_records[:_SHOWN]]
        reasons = sorted(report.reasons.items(), key=lambda item: (-item[1], item[0]))
        lines.append("raisons : " + ", ".join(f"{reason} {count}" for reason, count in reasons))
        named = f" (les {MOST_NAMED} premiers)" if report.set_aside_count > MOST_NAMED else ""
        lines.append(f"détail : {path}{named}")
    if report.last_line_is_cut:
        lines.append("attention : la dernière ligne est coupée, vérifiez que le fichier a été transmis en entier")
    return "\n".join(lines) + "\n"


def _outcome(report: ImportReport, share: float) -> str:
    shares = f"({share:.2f} %, limite {report.set_aside_percent:g} %)".replace(".", ",")
    aside = f"enregistrements mis de côté : {report.set_aside_count} sur {report.record_count} {shares}"
    if report.record_count == 0:
        return "aucun dossier dans ce fichier : rien n'est importé, les dossiers en place ne changent pas"
    if not report.is_in_force:
        return f"rien n'est importé, les dossiers en place ne changent pas ; {aside}"
    done = f"dossiers importés : {report.dossier_count}"
    return f"{done} ; {aside}" if report.set_aside_count else done


def _of_caf(code: str, caf: CafTally) -> str:
    return (
        f"Caf {code}, {caf.month} : {caf.dossier_count} dossiers en vigueur, dont {caf.changed_count} nouveaux ou "
        f"modifiés ; {caf.gone_count} ne sont plus là"
    )


def _refused(code: str, caf: CafTally) -> str:
    if caf.outcome == CafOutcome.OTHER_MONTHS.value:
        why = f"la plupart de ses dossiers ne sont pas de {caf.month} ; précisez le mois du fichier avec --month"
    else:
        why = f"trop d'enregistrements mis de côté ({caf.set_aside_count})"
    return f"Caf {code} : rien n'est importé, ses dossiers ne changent pas : {why}"


def _line_of(record: OddRecord) -> str:
    path, reason = record.problems[0]
    about = f" (n° {record.matricule})" if record.matricule else ""
    return f"ligne {record.line}{about} : {'elle' if path == 'line' else path} {REASONS[reason]}"
