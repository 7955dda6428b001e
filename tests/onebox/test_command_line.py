"""What is typed after `python -m onebox`: refused with a sentence and code 2 before anything is made."""

from pathlib import Path

import pytest

from onebox.__main__ import main


@pytest.mark.parametrize("count", ["-5", "0", "x", "1e3", "99999999999", "\u0663\u0663\u0663", "\ufdd0"])
def test_a_number_of_dossiers_that_cannot_be_made_is_refused_at_once(
    count: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--data-directory", str(tmp_path / "demo"), f"--dossiers={count}"])
    assert ended.value.code == 2
    assert "give a number from" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()
