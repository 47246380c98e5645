"""Run entry points with the command ``mlflow run``, all from one process: MLflow loads slowly."""

import json
import sys

from mlflow.cli import cli

_CHOICE = ["--env-manager", "local", "--experiment-name", "xm-predict"]


def run(project: str, entry_point: str, parameters: dict[str, str]) -> int:
    """Give the command what one would type; return what it exits with."""
    said = [word for name, value in parameters.items() for word in ("-P", f"{name}={value}")]
    try:
        cli.main(["run", project, "-e", entry_point, *_CHOICE, *said], prog_name="mlflow")
    except SystemExit as ended:
        return int(ended.code or 0)


def main(project: str, asked: dict[str, dict[str, str]]) -> dict[str, int]:
    """Run one after the other and return the exit codes."""
    return {entry_point: run(project, entry_point, parameters) for entry_point, parameters in asked.items()}


if __name__ == "__main__":
    codes = main(sys.argv[1], json.loads(sys.argv[2]))
    sys.stdout.write(f"{json.dumps(codes)}\n")
