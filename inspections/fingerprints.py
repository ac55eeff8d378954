"""What a picture looks like, in 128 bits: copies of one photo, scaled or saved again, differ in a few of them."""

import dhash
from PIL import Image

SIDE = 8
BITS = 2 * SIDE * SIDE
#: Two pictures that differ in no more bits count as one.
CLOSE = 6
#: A picture of one colour, or nearly so, looks like every other such: it has no fingerprint.
LEAST_BITS = 8


def fingerprint(picture: Image.Image) -> str:
    """32 hexadecimal digits; empty where there is too little in the picture to tell it from others."""
    grays = picture.convert("L").resize((SIDE + 1, SIDE + 1), Image.Resampling.LANCZOS)
    bits = dhash.dhash_int(list(grays.tobytes()), SIDE)
    if not LEAST_BITS <= bits.bit_count() <= BITS - LEAST_BITS:
        return ""
    return f"{bits:0{BITS // 4}x}"


def look_alike(one: str, other: str) -> bool:
    """Whether two fingerprints are of the same picture; what has none is like nothing."""
    if not one or not other:
        return False
    return (int(one, 16) ^ int(other, 16)).bit_count() <= CLOSE
