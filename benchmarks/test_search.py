"""The best documents of a query, every document scored: one thread."""

import reference
from sprat import SparseIndex

QUERIES = 50
CHECKED = 2  # the reference takes seconds for each


def test_search(timed, collection, encoder):
    documents = encoder.encode_documents(collection.texts)
    queries = encoder.encode_queries(collection.queries[:QUERIES])
    index = SparseIndex(documents)
    top = index.search(queries, k=10, threads=1)
    rows, columns = (reference.vectors(m.indptr, m.indices, m.data) for m in (documents, queries[:CHECKED]))
    for found, scores, expected in zip(top.documents, top.scores, reference.search(rows, columns, 10)):
        assert [(d, s) for d, s in zip(found.tolist(), scores.tolist()) if d >= 0] == expected

    timed(lambda: index.search(queries, k=10, threads=1), "queries", queries.shape[0])
