"""What SECURITY.md promises: no foreign code from files, no shell, no network outside the named places."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

PYTHON = Path(__file__).resolve().parents[1] / "python" / "sprat"

# Modules that run code from data, start programs or open connections; where they may be imported.
FORBIDDEN = {
    "pickle": set(),
    "marshal": set(),
    "shelve": set(),
    "dill": set(),
    "cloudpickle": set(),
    "joblib": set(),
    "subprocess": set(),
    "pty": set(),
    "socket": set(),
    "ssl": set(),
    "urllib.request": set(),
    "http.client": set(),
    "ftplib": set(),
    "smtplib": set(),
    "tarfile": set(),
    "requests": {"model/dense/nomic.py"},  # for the errors of its client
    "httpx": {"model/_http.py"},
    "huggingface_hub": {"_model_files.py", "cli/models.py"},
}
CALLS = {"eval", "exec", "__import__"}
ATTRIBUTES = {"os.system", "os.popen", "os.execv", "os.spawnv", "yaml.load", "yaml.unsafe_load"}


def trees():
    return {str(path.relative_to(PYTHON)): ast.parse(path.read_text()) for path in PYTHON.rglob("*.py")}


def test_nothing_runs_code_from_data_or_opens_connections_but_where_it_is_said():
    wrong = []
    for name, tree in trees().items():
        for node in ast.walk(tree):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            for module in modules:
                for forbidden, places in FORBIDDEN.items():
                    if f"{module}.".startswith(f"{forbidden}.") and name not in places:
                        wrong.append(f"{name}:{node.lineno} imports {module}")

    assert wrong == []


def test_nothing_is_evaluated_unpickled_or_given_to_a_shell():
    wrong = []
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            options = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if called in CALLS or called in ATTRIBUTES or options.get("shell", "False") != "False":
                wrong.append(f"{name}:{node.lineno} calls {called}")
            if options.get("allow_pickle", "False") not in ("False", "allow_pickle"):
                wrong.append(f"{name}:{node.lineno} may unpickle")
            if called == "torch.load" and options.get("weights_only") != "True":
                wrong.append(f"{name}:{node.lineno} may unpickle")
            if options.get("trust_remote_code", "False") == "True":
                wrong.append(f"{name}:{node.lineno} runs code of a model")

    assert wrong == []


OFFLINE = """
import sys

def refuse(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "urllib.")):
        print("reached for", event, arguments, file=sys.stderr)
        raise RuntimeError(event)

sys.addaudithook(refuse)
import sprat, tempfile, pathlib
import sprat.model.sparse, sprat.fusion, sprat.compat.bm25s, sprat.compat.rank_bm25

folder = pathlib.Path(tempfile.mkdtemp())
texts = ["the quick brown foxes", "lazy dogs, and more dogs", "nothing at all"] * 40
for analyzer in ("en", "unicode", "de", "lucene-en"):
    encoder = sprat.BM25Encoder(analyzer).fit(texts)
    index = sprat.SparseIndex(encoder.encode_documents(texts))
    index.search(encoder.encode_queries(["dogs"]))
    encoder.save(folder / "encoder.json")
    sprat.BM25Encoder.load(folder / "encoder.json")
    index.save(folder / "index")
    sprat.SparseIndex.load(folder / "index", verify=True)
retriever = sprat.Retriever.from_texts(texts)
retriever.search("dogs")
retriever.add(["another"])
retriever.explain("dogs", retriever.search("dogs")[0].id)
retriever.save(folder / "retriever")
sprat.Retriever.load(folder / "retriever").search("dogs")
model = sprat.model.sparse.BM25EmbeddingFunction()
model.fit(texts)
model.encode_queries(["dogs"])
encoder.encode_documents_to(folder / "vectors", texts, format="npz")
sprat.read_vectors(folder / "vectors")
print("done")
"""


def test_fit_encode_search_and_files_reach_for_no_network_and_start_no_program():
    ran = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "done\n", "")
