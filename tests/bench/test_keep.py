"""The last line of a bench is kept, and a bench that ends without figures changes nothing."""

import json
import sys

import pytest

from tests.bench.keep import figures_in, keep


def program(text):
    return [sys.executable, "-c", text]


def test_the_last_line_is_kept_and_all_is_shown(tmp_path, capfd):
    told = keep("bench-x", program('print("reading"); print(\'{"b": 2.5, "a": 1}\')'), tmp_path)
    assert told == json.loads((tmp_path / "bench-x.json").read_text()) == {"a": 1, "b": 2.5}
    assert "reading" in capfd.readouterr().out


def test_the_file_is_the_same_whatever_the_order(tmp_path):
    keep("one", program('print(\'{"b": 2, "a": 1}\')'), tmp_path)
    keep("two", program('print(\'{"a": 1, "b": 2}\')'), tmp_path)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_a_bench_that_fails_leaves_the_figures_as_they_were(tmp_path):
    keep("bench-x", program("print('{\"a\": 1}')"), tmp_path)
    with pytest.raises(SystemExit, match="no JSON object"):
        keep("bench-x", program("print('reading'); raise SystemExit(3)"), tmp_path)
    assert json.loads((tmp_path / "bench-x.json").read_text()) == {"a": 1}


def test_figures_that_miss_a_goal_are_kept_and_told(tmp_path):
    with pytest.raises(SystemExit, match="bench-x ended with 1: it missed a goal"):
        keep("bench-x", program("print('{\"a\": 2}'); raise SystemExit(1)"), tmp_path)
    assert json.loads((tmp_path / "bench-x.json").read_text()) == {"a": 2}


@pytest.mark.parametrize("line", ["", "done\n", "[1, 2]\n", "3\n"])
def test_a_line_without_figures_is_told(line):
    with pytest.raises(SystemExit, match="no JSON object"):
        figures_in("bench-x", line)
