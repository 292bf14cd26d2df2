"""A retriever in a folder: what comes back, what is refused, and what a writer that is killed leaves."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import threading
import zlib
from itertools import islice

import numpy as np
import pytest
from scipy.sparse import csr_array

import sprat
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError
from sprat.retriever import folder as folders

WORDS = "ant bee cat dog elk fox gnu hen".split()
TEXTS = [" ".join(WORDS[(n * k) % 8] for k in range(1, 2 + n % 6)) for n in range(40)]
QUERIES = ["ant elk", "cat dog fox hen", "gnu", "nothing"]


def index(texts=TEXTS, ids=None, **options):
    return sprat.Retriever.from_texts(texts, ids, sprat.BM25Encoder("unicode"), **options)


def answers(retriever):
    return [[(hit.id, hit.score, hit.text) for hit in hits] for hits in retriever.search(QUERIES, k=50)]


def everything(retriever):
    """What can be asked of a retriever."""
    answered = answers(retriever)
    explained = [
        repr(retriever.explain(query, hit[0])) for query, hits in zip(QUERIES, answered) for hit in hits[:2]
    ]
    return answered, explained, retriever.ids, [retriever.text(name) for name in retriever.ids]


def by_hand(path):
    """Return the manifest, to be changed and written back with a checksum that is right."""
    manifest = json.loads((path / "manifest.json").read_text())
    del manifest["crc32"]
    return manifest


def write_by_hand(path, manifest):
    text = json.dumps(manifest)[:-1]
    (path / "manifest.json").write_text(f'{text}, "crc32": "{zlib.crc32(text.encode()):08x}"}}')


@pytest.mark.parametrize("ids", [None, [f"döc \ud800 {n}" if n % 2 else n * 10**20 for n in range(40)]])
@pytest.mark.parametrize("refresh", ["auto", "manual"])
def test_what_was_saved_comes_back_to_the_bit(tmp_path, ids, refresh):
    retriever = index(ids=ids, refresh=refresh)
    retriever.remove(retriever.ids[3:6])
    retriever.add(["ant ant new"], ["last"])
    retriever.save(tmp_path / "saved")

    loaded = sprat.Retriever.load(tmp_path / "saved")

    assert everything(loaded) == everything(retriever)
    assert loaded.drift == 0
    assert loaded.encoder.analyzer == sprat.Analyzer("unicode")
    assert repr(loaded).startswith("<Retriever of 38 documents by BM25Encoder(")


def test_a_loaded_retriever_goes_on_where_the_saved_one_stood(tmp_path):
    retriever = index()
    retriever.save(tmp_path / "saved")
    loaded = sprat.Retriever.load(tmp_path / "saved")

    for one in (retriever, loaded):
        one.remove([0, 7])
        one.add(["zebra ant", "bee"])
        one.update(["cat zebra"], [1])

    assert everything(loaded) == everything(retriever)
    assert loaded.ids[-3:] == [40, 41, 1]
    loaded.save(tmp_path / "saved")
    assert everything(sprat.Retriever.load(tmp_path / "saved")) == everything(retriever)


def test_a_retriever_of_nothing_comes_back(tmp_path):
    for number, texts in enumerate(([], ["", ""])):
        index(texts).save(tmp_path / str(number))
        loaded = sprat.Retriever.load(tmp_path / str(number))

        assert loaded.search("ant") == []
        loaded.add(["ant"])
        assert [(hit.id, hit.text) for hit in loaded.search("ant")] == [(len(texts), "ant")]


def test_without_texts_none_are_written(tmp_path):
    index(store_texts=False).save(tmp_path / "saved")

    loaded = sprat.Retriever.load(tmp_path / "saved")

    assert {hit.text for hit in loaded.search("ant")} == {None}
    assert not [name for name in os.listdir(tmp_path / "saved") if name.startswith("text")]


def test_a_fitted_encoder_comes_back_as_it_was(tmp_path):
    encoder = sprat.BM25Encoder("unicode", variant="okapi", k1=0.9).fit(TEXTS[:10])
    retriever = sprat.Retriever.from_texts(TEXTS, encoder=encoder)
    retriever.save(tmp_path / "saved")

    loaded = sprat.Retriever.load(tmp_path / "saved")

    assert answers(loaded) == answers(retriever)
    for one in (retriever, loaded):
        one.add(["ant bee gnu"])
    assert answers(loaded) == answers(retriever)
    assert loaded.encoder.statistics.document_count == 10


def test_the_encoder_file_is_one_that_bm25encoder_reads(tmp_path):
    retriever = index()
    retriever.save(tmp_path / "saved")

    (name,) = (tmp_path / "saved").glob("encoder.*.json")
    assert sprat.BM25Encoder.load(name).statistics == retriever.encoder.statistics


def test_an_encoder_of_fields_comes_back(tmp_path):
    documents = [{"title": "ant", "body": text} for text in TEXTS]
    encoder = sprat.BM25FEncoder("unicode", fields={"title": 3, "body": 1}).fit(documents)
    retriever = sprat.Retriever.from_texts(documents, encoder=encoder, store_texts=False)
    retriever.save(tmp_path / "saved")

    assert answers(sprat.Retriever.load(tmp_path / "saved")) == answers(retriever)


def test_an_analyzer_that_is_a_function_is_asked_for(tmp_path):
    retriever = sprat.Retriever.from_texts(TEXTS, encoder=sprat.BM25Encoder(str.split))
    retriever.save(tmp_path / "saved")

    with pytest.raises(InvalidArgumentError, match="pass it as "):
        sprat.Retriever.load(tmp_path / "saved")
    loaded = sprat.Retriever.load(tmp_path / "saved", encoder=sprat.BM25Encoder(str.split))
    assert answers(loaded) == answers(retriever)
    loaded.add(["ant"])
    with pytest.raises(TypeError, match="must be a BM25Encoder"):
        sprat.Retriever.load(tmp_path / "saved", encoder=Letters())


class Letters:
    def encode_documents(self, texts):
        rows = [[text.count(letter) for letter in "abcdefgh"] for text in texts]
        return csr_array(np.array(rows, np.float32).reshape(len(rows), 8))

    encode_queries = encode_documents


def test_an_encoder_of_somebody_elses_is_asked_for(tmp_path):
    retriever = sprat.Retriever.from_texts(TEXTS, encoder=Letters())
    retriever.save(tmp_path / "saved")

    with pytest.raises(InvalidArgumentError, match="made with Letters, which no file can hold"):
        sprat.Retriever.load(tmp_path / "saved")
    loaded = sprat.Retriever.load(tmp_path / "saved", encoder=Letters())
    assert answers(loaded) == answers(retriever)
    loaded.add(["ggg"], ["x"])
    assert loaded.search("g", k=1)[0].id == "x"


def test_every_flipped_byte_and_every_cut_is_noticed(tmp_path):
    """What nobody asks for of the index is not read, so damage there changes no answer."""
    path = tmp_path / "saved"
    index(ids=[f"id {n}" for n in range(40)]).save(path)
    right = everything(sprat.Retriever.load(path))
    names = sorted(name for name in os.listdir(path) if name != ".lock")
    generator = np.random.default_rng(7)

    assert len(names) > 8
    for name in names:
        content = (path / name).read_bytes()
        for at in [0, len(content) - 1, *generator.integers(len(content), size=6).tolist()]:
            changed = bytearray(content)
            changed[at] ^= 1 << int(generator.integers(8))
            for wrong in (bytes(changed), content[:at]):
                (path / name).write_bytes(wrong)
                try:
                    found = everything(sprat.Retriever.load(path))
                except CorruptFileError:
                    continue
                assert name.startswith("index."), f"{name}, byte {at}"
                assert found == right
        (path / name).write_bytes(content)
    assert everything(sprat.Retriever.load(path)) == right


def test_a_missing_file_is_noticed(tmp_path):
    path = tmp_path / "saved"
    index().save(path)
    next(path.glob("texts.*")).unlink()

    with pytest.raises(CorruptFileError, match="is missing"):
        sprat.Retriever.load(path)
    (path / "manifest.json").unlink()
    with pytest.raises(FileNotFoundError):
        sprat.Retriever.load(path)
    with pytest.raises(FileNotFoundError):
        sprat.Retriever.load(tmp_path / "nowhere")


def test_what_a_newer_release_wrote_is_refused_and_not_replaced(tmp_path):
    path = tmp_path / "saved"
    index().save(path)
    write_by_hand(path, by_hand(path) | {"format": 99})

    with pytest.raises(UnsupportedVersionError, match="format 99"):
        sprat.Retriever.load(path)
    with pytest.raises(UnsupportedVersionError, match="format 99"):
        index().save(path)


def test_a_manifest_cannot_name_files_elsewhere(tmp_path):
    path = tmp_path / "saved"
    index().save(path)
    manifest = by_hand(path)
    manifest["files"]["texts"]["name"] = "../secret"
    write_by_hand(path, manifest)

    with pytest.raises(CorruptFileError, match=r"name that is not allowed: '\.\./secret'"):
        sprat.Retriever.load(path)


def test_a_folder_with_something_else_is_not_written_to(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")

    with pytest.raises(InvalidArgumentError, match=r"it holds thesis\.txt"):
        index().save(tmp_path)
    with pytest.raises(OSError, match="thesis"):
        index().save(tmp_path / "thesis.txt")
    with pytest.raises(FileNotFoundError):
        index().save(tmp_path / "no" / "folder")
    assert [path for path in os.listdir(tmp_path) if path != ".lock"] == ["thesis.txt"]


def test_saving_replaces_and_leaves_no_old_files(tmp_path):
    path = tmp_path / "saved"
    index().save(path)
    old = sprat.Retriever.load(path)
    count = len(os.listdir(path))

    index(["zebra"]).save(path)

    assert len(os.listdir(path)) == count
    assert sprat.Retriever.load(path).ids == [0]
    assert everything(old) == everything(index())  # whoever has it open keeps it


def test_saving_that_fails_leaves_the_old_collection(tmp_path, monkeypatch):
    path = tmp_path / "saved"
    index().save(path)
    before = sorted(os.listdir(path))

    with pytest.raises(InvalidArgumentError, match="cannot be written"):
        index(["ant"], ["\ud83d\udc1f"]).save(path)
    monkeypatch.setattr(folders, "write_whole", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        index(["ant"]).save(path)

    assert sorted(os.listdir(path)) == before
    assert everything(sprat.Retriever.load(path)) == everything(index())


def _saves_and_is_killed(path):
    folders.write_whole = lambda *_: os._exit(9)
    index(["zebra"] * 5).save(path)


def test_a_writer_that_is_killed_leaves_the_old_collection(tmp_path):
    path = tmp_path / "saved"
    index().save(path)
    count = len(os.listdir(path))

    writer = multiprocessing.get_context("spawn").Process(target=_saves_and_is_killed, args=(path,))
    writer.start()
    writer.join()

    assert writer.exitcode == 9
    assert len(os.listdir(path)) > count
    assert everything(sprat.Retriever.load(path)) == everything(index())
    index(["bee"]).save(path)
    assert len(os.listdir(path)) == count
    assert sprat.Retriever.load(path).text(0) == "bee"


def test_writers_and_readers_of_one_folder_do_not_mix(tmp_path):
    path = tmp_path / "saved"
    ones = [index([f"ant {letter}"] * size) for letter, size in (("aaa", 3), ("bbb", 30))]
    wanted = [everything(one) for one in ones]
    ones[0].save(path)
    errors = []

    def repeat(work):
        try:
            for _ in range(8):
                work()
        except BaseException as error:
            errors.append(error)

    def read():
        assert everything(sprat.Retriever.load(path)) in wanted

    works = [lambda: ones[0].save(path), lambda: ones[1].save(path), read, read]
    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert everything(sprat.Retriever.load(path)) in wanted


def read_jsonl(path, count):
    with gzip.open(path) as lines:
        return [json.loads(line) for line in islice(lines, count)]


def test_documents_of_fiqa_come_and_go_as_if_indexed_anew(shared, tmp_path):
    documents = read_jsonl(shared / "data" / "fiqa" / "corpus.jsonl.gz", 1500)
    queries = [query["text"] for query in read_jsonl(shared / "data" / "fiqa" / "queries.jsonl.gz", 200)]
    texts = {document["_id"]: document["text"] for document in documents}
    names = list(texts)
    retriever = sprat.Retriever.from_texts([texts[name] for name in names[:900]], names[:900])
    retriever.search("money")
    retriever.remove(names[0:900:7])
    retriever.add([texts[name] for name in names[900:]], names[900:])
    retriever.remove(names[901:1500:5])
    retriever.save(tmp_path / "saved")
    loaded = sprat.Retriever.load(tmp_path / "saved")

    left = [name for name in names if name in retriever]
    anew = sprat.Retriever.from_texts([texts[name] for name in left], left)
    for one in (retriever, loaded):
        assert one.ids == left
        assert one.search(queries, k=20) == anew.search(queries, k=20)
    for query in queries[:20]:
        (hit,) = loaded.search(query, k=1)
        assert hit.text == texts[hit.id]
        assert loaded.explain(query, hit.id).score == hit.score


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_folder_that_cannot_be_forced_to_disk_holds_the_new_collection(error, tmp_path, monkeypatch):
    retriever = sprat.Retriever.from_texts(["cat"])
    retriever.save(tmp_path / "saved")
    retriever.add(["dog"])

    manifest = tmp_path / "saved" / "manifest.json"
    before = manifest.read_bytes()

    def fails(folder):
        if manifest.read_bytes() != before:
            raise error

    monkeypatch.setattr("sprat._files.sync", fails)
    with pytest.raises(type(error)):
        retriever.save(tmp_path / "saved")
    monkeypatch.undo()

    assert len(sprat.Retriever.load(tmp_path / "saved")) == 2


@pytest.mark.parametrize("beside", [{}, {"a.html": "<a>"}, {"main.0123456789abcdef.js": "let a"}])
def test_the_folder_of_another_program_is_left_alone(beside, tmp_path):
    others = {"manifest.json": '{"name": "theirs"}', **beside}
    for name, content in others.items():
        (tmp_path / name).write_text(content)

    with pytest.raises(InvalidArgumentError, match="is not empty, and no saved collection: it holds"):
        sprat.Retriever.from_texts(["cat"]).save(tmp_path)

    assert {path.name: path.read_text() for path in tmp_path.iterdir() if path.name != ".lock"} == others


def test_two_threads_may_make_one_folder(tmp_path):
    retriever, failures = index(), []
    for number in range(50):
        start = threading.Barrier(2)

        def save(folder=tmp_path / str(number), start=start):
            start.wait()
            try:
                retriever.save(folder)
            except OSError as error:
                failures.append(error)

        other = threading.Thread(target=save)
        other.start()
        save()
        other.join()
    assert not failures
