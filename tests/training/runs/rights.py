"""The verbs of rights on the command line, and the audit log that they leave."""

import json

from serving.audit.checking import show
from training.__main__ import main


def ask(capsys, folder, *words):
    """Run a verb in a workspace; return what it wrote as JSON."""
    code = main([*map(str, words), "--out", str(folder), "--json"])
    written = capsys.readouterr()
    assert code == 0, written.err
    return json.loads(written.out)


def refuse(capsys, folder, *words):
    """Run a verb that refuses; return its code and words."""
    code = main([*map(str, words), "--out", str(folder)])
    written = capsys.readouterr()
    assert written.out == ""
    return code, written.err


def lines_of(folder, action):
    """Return the lines of the audit log about an action."""
    if not (folder / "audit").exists():
        return []
    return [line for line in show(folder / "audit", 1_000) if line["action"] == action]
