"""The names and import paths of ``pymilvus.model``: change the import and nothing else.

docs/differences.md lists where this package does better than the original on purpose.
"""

from sprat.model import base, hybrid, sparse

__all__ = ["base", "hybrid", "sparse"]
