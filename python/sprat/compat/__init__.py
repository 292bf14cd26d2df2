"""Other libraries' interfaces on sprat's core, for moving by changing an import.

:mod:`sprat.compat.rank_bm25` and :mod:`sprat.compat.bm25s`; each says what differs.
"""

from sprat.compat import bm25s, rank_bm25

__all__ = ["bm25s", "rank_bm25"]
