"""Make index_v1.sprat: every layout of a list, coded and raw, and removed documents.

To be run for a new version of the format only: python tests/golden/make_index.py NAME
"""

import sys

import numpy as np
from scipy.sparse import csr_array

from sprat import SparseIndex

rng = np.random.default_rng(1)
density = np.array([0.9, 0.3, 0.1, 0.05, 0.03, 0.02, 0.01, 0.9, 0.3, 0.0, 0.003, 0.003])
rows, columns = np.nonzero(rng.random((700, 12)) < density)
weights = np.where(columns >= 7, rng.exponential(1, len(columns)), rng.integers(1, 40, len(columns)) / 8)
matrix = csr_array((weights.astype(np.float32), (rows, columns)), shape=(700, 12))
index = SparseIndex(matrix)
index.remove([0, 64, 699])
index.save(sys.argv[1])
