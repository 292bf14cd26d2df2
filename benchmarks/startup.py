"""How long does ``import sprat`` take, beyond numpy and scipy? CPU time, files in the page cache."""

from __future__ import annotations

import statistics
import subprocess
import sys

_ROUNDS = 11
_ALLOWED_MS = 150
_PROGRAM = """
import time
import {before}
start = time.process_time()
import {module}
print(1e3 * (time.process_time() - start))
"""


def import_ms(module: str, *, before: str) -> float:
    """Time the import of ``module`` in a new interpreter that has imported ``before``."""
    program = _PROGRAM.format(module=module, before=before)
    return float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout)


def main() -> None:
    cases = {
        "numpy": ("numpy", "sys"),
        "sprat, beyond numpy and scipy": ("sprat", "numpy, scipy"),
        "sprat, beyond numpy and scipy.sparse": ("sprat", "numpy, scipy.sparse"),
        "sprat.model.sparse, beyond numpy and scipy.sparse": ("sprat.model.sparse", "numpy, scipy.sparse"),
    }
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(_ROUNDS):
        for name, (module, before) in cases.items():
            found[name].append(import_ms(module, before=before))
    for name, times in found.items():
        print(f"{statistics.median(times):7.1f} ms  {name} (from {min(times):.1f} to {max(times):.1f})")
    median = statistics.median(found["sprat, beyond numpy and scipy"])
    if median > _ALLOWED_MS:
        sys.exit(f"import sprat takes {median:.0f} ms, allowed are {_ALLOWED_MS}")


if __name__ == "__main__":
    main()
