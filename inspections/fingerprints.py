"""What a picture looks like, in 128 bits: copies of one photo, scaled or saved again, differ in a few of them."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import combinations

import dhash
from PIL import Image

SIDE = 8
BITS = 2 * SIDE * SIDE
#: Two pictures that differ in no more bits count as one.
CLOSE = 6
#: A picture of one colour, or nearly so, looks like every other such.
LEAST_BITS = 8
#: In a fingerprint's place where there is too little in the picture to tell it from others, so that nobody
#: looks again; empty is what nobody has looked at.
PLAIN = "plain"
#: Two that look alike differ in at most CLOSE of CLOSE + 2 bands, so they agree in two of them. A band is every
#: eighth bit, not a row of sixteen: half of a photo is often sky.
BANDS = [sum(1 << bit for bit in range(band, BITS, CLOSE + 2)) for band in range(CLOSE + 2)]
MEETING_PLACES = [one | other for one, other in combinations(BANDS, 2)]


def fingerprint(picture: Image.Image) -> str:
    """32 hexadecimal digits, or PLAIN."""
    grays = picture.convert("L").resize((SIDE + 1, SIDE + 1), Image.Resampling.LANCZOS)
    bits = dhash.dhash_int(list(grays.tobytes()), SIDE)
    if not LEAST_BITS <= bits.bit_count() <= BITS - LEAST_BITS:
        return PLAIN
    return f"{bits:0{BITS // 4}x}"


def is_telling(stored: str) -> bool:
    """Whether it is a fingerprint at all."""
    return stored not in ("", PLAIN)


def look_alike(one: str, other: str) -> bool:
    """Whether two fingerprints are of the same picture; what has none is like nothing."""
    return is_telling(one) and is_telling(other) and is_close(int(one, 16), int(other, 16))


def is_close(one: int, other: int) -> bool:
    return (one ^ other).bit_count() <= CLOSE


def close_pairs(prints: Collection[int]) -> Iterator[tuple[int, int]]:
    """Every two different fingerprints that look alike, once; only those that agree in two bands are compared."""
    for number, place in enumerate(MEETING_PLACES):
        shelves = defaultdict(list)
        for each in prints:
            shelves[each & place].append(each)
        for shelf in shelves.values():
            for one, other in combinations(shelf, 2):
                if is_close(one, other) and not met_before(one ^ other, number):
                    yield one, other


def met_before(difference: int, number: int) -> bool:
    """Whether two that differ so have an earlier meeting place in common."""
    return any(not difference & place for place in MEETING_PLACES[:number])
