"""How much of the Python do the tests reach? Reads what ``coverage combine`` left.

Fits on Ray and Spark have tests of their own (``make test-cluster``) and are left out of the second figure. Both must
be 95 % at least.
"""

from __future__ import annotations

import json
import subprocess
import sys

ELSEWHERE = ("*/distributed/_ray.py", "*/distributed/_spark.py")
LEAST = 95.0


def totals(*options: str) -> dict[str, float]:
    command = [sys.executable, "-m", "coverage", "json", "-q", "-o", "-", *options]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(text)["totals"]
    return found


def main() -> int:
    least = 100.0
    for what, options in (("all", []), ("without Ray and Spark", [f"--omit={','.join(ELSEWHERE)}"])):
        found = totals(*options)
        lines = 100 * found["covered_lines"] / found["num_statements"]
        branches = 100 * found["covered_branches"] / found["num_branches"]
        print(
            f"Python, {what}: lines {lines:.1f} % of {found['num_statements']}, "
            f"branches {branches:.1f} % of {found['num_branches']}"
        )
        least = min(least, lines)
    return 0 if least >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
