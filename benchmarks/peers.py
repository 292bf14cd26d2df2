"""Where do the other packages live? In a virtual environment of their own, with the data that NLTK needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from texts import ROOT, shared

_FOLDER = ROOT / "build" / "peers"
_REQUIREMENTS = Path(__file__).with_name("peers.txt")
_OPTIONAL = Path(__file__).with_name("peers-optional.txt")


def python() -> str:
    """Return the interpreter that has the peers, after installing them if they changed."""
    interpreter, stamp = _FOLDER / "bin" / "python", _FOLDER / "installed.txt"
    wanted = _REQUIREMENTS.read_text() + _OPTIONAL.read_text() + sys.version
    if not stamp.is_file() or stamp.read_text() != wanted:
        print(f"installing {_REQUIREMENTS.name} into {_FOLDER.relative_to(ROOT)}, once", flush=True)
        venv.create(_FOLDER, with_pip=True, clear=True)
        pip = [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", _REQUIREMENTS], check=True)
        for package in _OPTIONAL.read_text().splitlines()[1:]:
            subprocess.run([*pip, "--no-deps", "--only-binary=:all:", package], check=False)
        stamp.write_text(wanted)
    return str(interpreter)


def nltk_data() -> Path:
    """Return a folder with NLTK's English sentence model and stop words, which pymilvus.model would download.

    Without one on the machine it is written from sprat's build requirement and the recorded stop words.
    """
    candidates = [*os.environ.get("NLTK_DATA", "").split(os.pathsep), shared() / "nltk_data"]
    for folder in map(Path, filter(None, candidates)):
        if (folder / "tokenizers" / "punkt_tab" / "english").is_dir() and (folder / "corpora").is_dir():
            return folder
    folder = _FOLDER / "nltk_data"
    if not folder.is_dir():
        _write_nltk_data(folder)
    return folder


def _write_nltk_data(folder: Path) -> None:
    from punkt.data import english

    recorded = json.loads((ROOT / "tests" / "golden" / "nltk_stopwords.json").read_text("utf-8"))
    files = {
        "tokenizers/punkt_tab/english/abbrev_types.txt": english.ABBREV_TYPES,
        "tokenizers/punkt_tab/english/sent_starters.txt": english.SENT_STARTERS,
        "tokenizers/punkt_tab/english/collocations.tab": map("\t".join, english.COLLOCATIONS),
        "tokenizers/punkt_tab/english/ortho_context.tab": (
            f"{token}\t{flags}" for token, flags in dict(english.ORTHO_CONTEXT).items()
        ),
        "corpora/stopwords/english": recorded["lists"]["english"],
    }
    for name, lines in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", "utf-8")
