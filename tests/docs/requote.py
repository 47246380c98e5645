"""Write what the benches have left into README and docs: ``python -m tests.docs.requote``.

Each number that changes is said with its line, because the sentence around it may no longer be true.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from features.files import write_atomically
from tests.bench.keep import FOLDER
from tests.docs.code_blocks import PAGES
from tests.docs.figures import quoted_in, requote


def main(pages: Iterable[Path] = PAGES, folder: Path = FOLDER) -> int:
    """Write the pages and return how many lines changed."""
    n_changed = 0
    for page in pages:
        before = page.read_text(encoding="utf-8")
        after = requote(before, quoted_in(page.name, before), folder)
        lines = zip(before.splitlines(), after.splitlines(), strict=True)
        changed = [(place, old, new) for place, (old, new) in enumerate(lines, start=1) if new != old]
        for place, old, new in changed:
            sys.stdout.write(f"{page.name}:{place}\n- {old}\n+ {new}\n")
        if changed:
            write_atomically(page, after)
        n_changed += len(changed)
    return n_changed


if __name__ == "__main__":
    sys.stdout.write(f"{main()} lines changed; read them again\n")
