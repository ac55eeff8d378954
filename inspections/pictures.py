"""How Pillow reads what people upload."""

from collections.abc import Iterator
from contextlib import contextmanager

from PIL import ImageFile


@contextmanager
def whole_files_only() -> Iterator[None]:
    """Pillow refuses damaged files, as it does by itself until WeasyPrint tells it, for good, to take what there is."""
    lenient = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient
