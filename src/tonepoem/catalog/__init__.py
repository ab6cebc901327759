"""The catalog: tracks with features, in DuckDB, to choose from by what was read in the words.

Without a file of the user's own it is the starter catalog that comes with the package.
"""

from tonepoem.catalog.catalog import Catalog

__all__ = ["Catalog"]
