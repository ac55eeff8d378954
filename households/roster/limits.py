"""How big a roster may be. One street office has some 10,000 households, the district 45,000."""

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_DATA_ROWS = 60_000
"""Filled rows of all sheets together."""

MAX_ROW_NUMBER = 69_999
"""Last row that may hold a value: readers keep a dense table, so one far cell costs as much as all before it."""
MAX_COLUMNS = 104
"""Last column (CZ) that may hold a value."""
MAX_SHEETS = 60
MAX_CELLS = 8_000_000
"""Rows × columns of all sheets together, filled or not."""

MAX_ZIP_PARTS = 2_000
MAX_INFLATED_BYTES = 600 * 1024 * 1024
"""All parts together; a million formatted empty rows of 14 columns inflate to about 350 MB and are accepted."""
MAX_XML_PART_BYTES = 64 * 1024 * 1024
"""A part that is no sheet (shared strings, styles): readers keep all of it in memory."""
MAX_CONTENT_BYTES = 150 * 1024 * 1024
"""Stretches of sheet XML that hold cell contents."""
SUSPICIOUS_BYTES = 50 * 1024 * 1024
MAX_RATIO = 400
"""Inflated ÷ packed size of a part above `SUSPICIOUS_BYTES`; formatted empty rows reach about 100."""
