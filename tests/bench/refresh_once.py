"""One contender of the benchmark of refreshes in a process of its own: writes its cost as JSON to stdout."""

import json
import sys
from pathlib import Path

from tests.bench.refresh import run_once

if __name__ == "__main__":
    kind, *paths = sys.argv[1:]
    log, tiny, partials, to = map(Path, paths)
    sys.stdout.write(json.dumps(run_once(kind, log, tiny, partials, to)) + "\n")
