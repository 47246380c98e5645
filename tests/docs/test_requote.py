import json

from tests.docs.requote import main

PAGE = """It is .60 (.55-.65) <!-- figure: bench-x auc .2f -->, 1,000 <!-- figure: bench-x n ,d --> times.

Another says 7 <!-- figure: bench-y n d -->, and 60 % stay as they are.
"""


def test_numbers_become_those_that_were_kept_and_all_else_stays(tmp_path, capsys):
    (tmp_path / "bench-x.json").write_text(json.dumps({"auc": [0.7, 0.651, 0.75], "n": 25}))
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert main([page], tmp_path) == 1
    assert page.read_text() == PAGE.replace(".60 (.55-.65)", ".70 (.65-.75)").replace("1,000", "25")
    assert capsys.readouterr().out.startswith("page.md:1\n- It is .60")
    assert main([page], tmp_path) == 0
