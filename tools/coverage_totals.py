"""How much of the Python do the tests reach, as ``coverage combine`` left it? Fails below 95 % of lines."""

from __future__ import annotations

import json
import subprocess
import sys

LEAST = 95.0


def main() -> int:
    command = [sys.executable, "-m", "coverage", "json", "-q", "-o", "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(text)["totals"]
    lines = 100 * found["covered_lines"] / found["num_statements"]
    branches = 100 * found["covered_branches"] / found["num_branches"]
    print(
        f"Python: lines {lines:.1f} % of {found['num_statements']}, "
        f"branches {branches:.1f} % of {found['num_branches']}"
    )
    return 0 if lines >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
