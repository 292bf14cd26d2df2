"""Who searches any weights? The adapters that search_engines.py has none of, and the list of all."""

from __future__ import annotations

import numpy as np

from search_engines import BM25_SEARCHERS, Engine, Ids, best_of


class Scipy(Engine):
    """The columns of the query's terms, added up."""

    package, kinds = "scipy", ("bm25", "splade")

    def prepare(self) -> None:
        from scipy.sparse import csr_array

        self.input = csr_array(self.vectors.documents)

    def build(self) -> None:
        self.columns = self.input.tocsc()

    def search(self, query: int, k: int) -> Ids:
        columns, scores = self.columns, np.zeros(self.columns.shape[0], np.float32)
        for column, weight in zip(*self.query(query)):
            entries = slice(columns.indptr[column], columns.indptr[column + 1])
            scores[columns.indices[entries]] += columns.data[entries] * weight
        return best_of(scores, k)


class Numba(Scipy):
    """The same, compiled: what bm25s and splade-index do with the weights."""

    package, kinds = "numba", ("splade",)

    def build(self) -> None:
        from numba import njit

        @njit
        def scores_of(indptr, indices, data, columns, weights, count):  # type: ignore[no-untyped-def]
            scores = np.zeros(count, np.float32)
            for i in range(len(columns)):
                for entry in range(indptr[columns[i]], indptr[columns[i] + 1]):
                    scores[indices[entry]] += data[entry] * weights[i]
            return scores

        super().build()
        self.scores_of = scores_of

    def search(self, query: int, k: int) -> Ids:
        columns = self.columns
        arrays = columns.indptr, columns.indices, columns.data
        return best_of(self.scores_of(*arrays, *map(np.asarray, self.query(query)), columns.shape[0]), k)


class Seismic(Engine):
    """Approximate: the parts of the lists that its authors' recipe keeps."""

    package, exact, kinds = "pyseismic-lsr", False, ("splade",)

    def prepare(self) -> None:
        import seismic

        self.module, matrix = seismic, self.vectors.documents
        self.text = seismic.get_seismic_string()
        self.input = seismic.SeismicDataset(dim=matrix.shape[1])
        names = [str(number) for number in range(matrix.shape[0])]
        arrays = (
            matrix.indices.astype(np.int64),
            matrix.data.astype(np.float32),
            matrix.indptr.astype(np.int64),
        )
        self.input.add_documents_by_id(names, *arrays)
        count = self.vectors.queries.shape[0]
        self.terms = [np.array([*map(str, self.query(i)[0])], self.text) for i in range(count)]

    def build(self) -> None:
        self.index = self.module.SeismicIndex.build_from_dataset(
            self.input,
            n_postings=2000,
            centroid_fraction=0.1,
            min_cluster_size=2,
            summary_energy=0.4,
            max_fraction=3.0,
            doc_cut=15,
            num_threads=1,
        )

    def search(self, query: int, k: int) -> Ids:
        weights = np.asarray(self.query(query)[1])
        return [int(found[2]) for found in self.index.search("q", self.terms[query], weights, k, 10, 0.8)]


class Bmp(Engine):
    """Exact on impacts of eight bits."""

    package, exact, kinds = "bmp", False, ("splade",)

    def prepare(self) -> None:
        import bmp

        self.module, matrix = bmp, self.vectors.documents
        impacts = np.maximum(1, np.rint(matrix.data / matrix.data.max() * 255)).astype(np.int64)
        names = [str(column) for column in range(matrix.shape[1])]
        bounds = zip(matrix.indptr[:-1].tolist(), matrix.indptr[1:].tolist())
        self.input = (
            dict(zip([names[c] for c in matrix.indices[a:b]], impacts[a:b].tolist())) for a, b in bounds
        )
        count = self.vectors.queries.shape[0]
        pairs = [self.query(number) for number in range(count)]
        self.terms = [dict(zip(map(str, columns), map(float, weights))) for columns, weights in pairs]

    def build(self) -> None:
        path = str(self.folder / "index")
        indexer = self.module.Indexer(path, bsize=32, compress_range=False)
        for number, document in enumerate(self.input):
            indexer.add_document(str(number), document)
        indexer.finish()
        self.searcher = self.module.Searcher(path)

    def search(self, query: int, k: int) -> Ids:
        return [*map(int, self.searcher.search(self.terms[query], k, 1.0, 1.0)[0])]


SEARCHERS: dict[str, type[Engine]] = BM25_SEARCHERS | {
    "SciPy": Scipy,
    "numba": Numba,
    "Seismic": Seismic,
    "BMP": Bmp,
}
