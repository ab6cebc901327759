"""The catalog: tracks with features, in DuckDB, to choose from by what was read in the words.

Without a file of the user's own it is the starter catalog that comes with the package.
"""

from tonepoem.catalog.catalog import Catalog
from tonepoem.catalog.importing import ImportReport, Refused, import_files
from tonepoem.catalog.survey import CatalogInfo, Histogram

__all__ = ["Catalog", "CatalogInfo", "Histogram", "ImportReport", "Refused", "import_files"]
