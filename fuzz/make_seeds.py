"""Write the first seeds of tests/fuzz/: what the fuzzers start from. What they find is added beside."""

import itertools
import json
import random
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

import sprat
from sprat._bert_onnx import bert_mlm

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import tiny_models

SEEDS = Path(__file__).resolve().parents[1] / "tests" / "fuzz"

TEXTS = [
    "Good muffins cost $3.88\nin New York.  Please buy me\ntwo of them.\nThanks.",
    "He said, \"I can't, won't -- and don't 'tis 'twas (e.g. U.S. 3.5%) etc.\" J. Smith, Ph.D... Really?!",
    "été \U0001f469‍\U0001f469‍\U0001f467 İstanbul ﬁnal ΑΣ. ΑΣΑ　北京大学 カタカナ ฉัน 한국어 café\u0301",
    "a.b.c. ... .. . 1,000.50 x:y: z; 'quoted' ``double'' ''end \"A.\" (B.) [C.] {D.} cannot gonna wanna",
    "",
    " \t\x0b\x0c\x1c\x85\u2028 ",
    "lone \ud800 and \udfff surrogates.\ud83d",
]


def main() -> None:
    draw = random.Random(1)
    for number, (kind, text) in enumerate(itertools.product((0, 0x78, 0xF2, 3, 5, 6), TEXTS)):
        save("text", number, bytes([kind]) + text.encode("utf-8", "surrogatepass"))
    for number in range(6):
        save("csr", number, bytes([7, 20 * number, 0, number, 9]) + draw.randbytes(40 << number))
    lines = [json.dumps({"_id": n, "title": "t", "text": text}) for n, text in enumerate(TEXTS)]
    lines += ['{"text": "\\u00e9\\ud83d\\ude00\\ud800 \\n"}', '{"x": [1, {"y": null}], "text": ""}', "", "[]"]
    for kind in (0, 7, 15):
        save("json_lines", kind, bytes([kind]) + "\n".join(lines).encode("utf-8", "surrogatepass"))
    for number in range(3):
        rng = np.random.default_rng(number)
        chosen = rng.random((70, 8)) < np.linspace(0.02, 0.9, 8)
        weights = np.round(rng.random((70, 8)), number) * chosen
        index = sprat.SparseIndex(csr_array(weights.astype(np.float32)))
        if number == 1:
            index.remove([3, 69])
        with tempfile.TemporaryDirectory() as folder:
            index.save(Path(folder, "index"))
            content = Path(folder, "index").read_bytes()
        save("index_file", number, bytes([number % 2]) + content)
    for number, encoder in enumerate(fitted()):
        with tempfile.TemporaryDirectory() as folder:
            encoder.save(Path(folder, "encoder"))
            save("parameters", number, bytes([number % 2]) + Path(folder, "encoder").read_bytes())
        save("statistics", number, bytes([number % 2]) + encoder.statistics.to_bytes())
    weights = tiny_models.random_weights(1)
    few = {name: array[:3, :3] if array.ndim > 1 else array[:3] for name, array in weights.items()}
    config = {**tiny_models.CONFIG, "hidden_size": 3, "num_attention_heads": 1, "num_hidden_layers": 1}
    save("onnx_model", 0, bert_mlm(few, config).SerializeToString())
    for number, kind in enumerate((tiny_models.tokenizer(), tiny_models.xlm_tokenizer())):
        save("tokenizer", number, kind.to_str().encode())


def fitted():
    texts = [text.encode("utf-8", "replace").decode() for text in TEXTS]
    for variant in ("okapi", "lucene", "bm25l", "bm25-adpt"):
        yield sprat.BM25Encoder("unicode", variant=variant).fit(texts)
    hashed = sprat.HashedVocabulary("murmur3-abs")
    yield sprat.BM25Encoder("unicode", vocabulary=hashed).fit(texts)
    yield sprat.BM25Encoder("unicode", variant="lucene").fit(texts[:3]).remove(texts[:1])


def save(target: str, number: int, content: bytes) -> None:
    (SEEDS / target).mkdir(parents=True, exist_ok=True)
    (SEEDS / target / f"seed-{number}").write_bytes(content)


if __name__ == "__main__":
    main()
