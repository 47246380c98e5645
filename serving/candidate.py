"""Try a bundle in a process of its own: whatever a bad model text does, it does not do it to the service.

Run as ``python -m serving.candidate FOLDER``: exit code 0 if the bundle verifies, loads and repeats its
canary scores.
"""

import subprocess
import sys
from pathlib import Path

from features.errors import BundleError, XmError
from features.files import below
from training.bundle import Bundle, load
from training.scoring import check_canary

TRIAL_SECONDS = 120.0


def try_out(folder: Path, seconds: float = TRIAL_SECONDS) -> None:
    """Load a bundle in a throw-away process.

    Parameters
    ----------
    folder
        The bundle.
    seconds
        Time limit of the trial.

    Raises
    ------
    BundleError
        If the process refuses the bundle, dies, or takes too long.
    """
    command = [sys.executable, "-m", "serving.candidate", str(folder)]
    try:
        trial = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise BundleError(str(folder), f"did not load within {seconds:g} seconds", "train again") from error
    if trial.returncode < 0:
        raise BundleError(
            str(folder), f"killed the process that tried it (signal {-trial.returncode})", "train again"
        )
    if trial.returncode:
        lines = trial.stderr.decode(errors="replace").strip().splitlines()
        raise BundleError(
            str(folder), f"failed its trial: {lines[-1][:300] if lines else 'no message'}", "train again"
        )


def main(arguments: list[str]) -> int:
    """Load the bundle in the folder that the only argument names and compare its canary scores."""
    try:
        bundle = load(Path(arguments[0]))
        check_canary(bundle)
        _read_texts(bundle)
    except XmError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _read_texts(bundle: Bundle) -> None:
    """Demand that every text model of a bundle can be read."""
    from features.text.model import TextModel

    for source in dict.fromkeys(path.partition("/")[0] for path in bundle.texts):
        TextModel.from_files(below(bundle.texts, f"{source}/"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
