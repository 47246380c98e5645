"""What the command line says of levers that are none: which, why, and what would make them testable."""

import json

import numpy as np
import pytest

from tests.training.runs.registering import forgetting
from training.__main__ import main

# MLflow compares columns with a range when it keeps an example; pandas 4 will read that otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Operation with range is deprecated")
OWN_RATING = (
    "no lever: “How easy it was” is a rating by the same people whose outcome is looked at: mood colours "
    "both, in any survey. Use what happened behind it (O-data), or a rating by somebody else."
)
OWN_BEHAVIOUR = (
    "no lever: “Logins per week” is what people do themselves: those in trouble behave differently already. "
    "To learn what it does, try it on some, drawn by lot."
)
MEDIATOR = (
    "no lever: “Tickets opened again” is moved by another lever, so it lies between that lever and the "
    "outcome. Work on the lever behind it, or try it on some, drawn by lot."
)
FEW_EVENTS = (
    "no lever: Too few cases have the outcome to compare “Hours to solve a ticket” on equal terms. "
    "More cases or an experiment would tell."
)
HELPDESK = """
version: 1
name: helpdesk
table: {file: helpdesk.csv, id: customer, label: left, positive: 'yes', experience: [ease]}
drivers:
  size:
    features: [size]
    role: context
    window: {from: 400d, to: 90d}
  ease:
    label: {en: How easy it was, de: Wie leicht es war}
    features: [ease]
    role: lever
    actor: company
    window: &quarter {from: 90d, to: 1d}
    goal: '>= 4'
  logins:
    label: {en: Logins per week, de: Anmeldungen pro Woche}
    features: [logins]
    role: lever
    actor: person
    window: *quarter
    goal: '>= 3'
  reopened:
    label: {en: Tickets opened again, de: Wieder geöffnete Tickets}
    features: [reopened]
    role: lever
    actor: company
    depends_on: [waiting]
    window: *quarter
    goal: '<= 1'
  waiting:
    label: {en: Hours to solve a ticket, de: Stunden bis zur Lösung}
    features: [hours]
    role: lever
    actor: company
    window: *quarter
    goal: '<= 24'
"""


def write_helpdesk(folder, n_rows=800, seed=5):
    """Write a table where waiting opens tickets again, which annoys; the annoyed rate low and stay away."""
    random = np.random.default_rng(seed)
    hours = random.gamma(4, 8, n_rows).round(1)
    reopened = random.poisson(hours / 16)
    annoyed = 0.8 * reopened + random.normal(0, 1, n_rows)
    columns = {
        "customer": np.arange(n_rows),
        "size": random.gamma(2, 40, n_rows).round(),
        "hours": hours,
        "reopened": reopened,
        "logins": random.poisson(np.exp(1.4 - 0.2 * annoyed)),
        "ease": np.clip(np.round(4.5 - 0.8 * annoyed + random.normal(0, 0.7, n_rows)), 1, 5).astype(int),
        "left": np.where(random.random(n_rows) < 1 / (1 + np.exp(3 - 1.1 * annoyed)), "yes", "no"),
    }
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    (folder / "helpdesk.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    spec = folder / "helpdesk.yaml"
    spec.write_text(HELPDESK, encoding="utf-8")
    return spec


@pytest.fixture
def _registry():
    """Keep what MLflow holds in the process out of other tests."""
    with forgetting():
        yield


@pytest.mark.usefixtures("_registry")
@pytest.mark.filterwarnings(
    "ignore:Operation with range is deprecated"
)  # MLflow compares columns with a range
def test_each_verb_says_of_each_lever_why_it_is_none_and_what_would_help(tmp_path, capsys):
    """A rating, people's own behaviour and what another lever moves; the fourth fails by numbers alone."""
    spec, out = str(write_helpdesk(tmp_path)), str(tmp_path / "out")
    by_declaration = [OWN_RATING, OWN_BEHAVIOUR, MEDIATOR]
    for words, expected in (
        (["check", "--usecase", spec], by_declaration),
        (["train", "--usecase", spec, "--out", out], [*by_declaration, FEW_EVENTS]),
        (["drivers", "--name", "helpdesk", "--out", out], [*by_declaration, FEW_EVENTS]),
    ):
        assert main(words) == 0
        lines = capsys.readouterr().out.splitlines()
        assert sorted(line for line in lines if line.startswith("no lever:")) == sorted(expected)
        assert ("work on first: no lever stands out" in lines) is (words[0] != "check")


def test_programs_read_the_refusals_too(tmp_path, capsys):
    spec = str(write_helpdesk(tmp_path))
    assert main(["check", "--usecase", spec, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sorted(told["refused_levers"]) == sorted([OWN_RATING, OWN_BEHAVIOUR, MEDIATOR])
