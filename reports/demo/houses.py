"""Made-up dwellings: structure, age and size hang together, and with them the risk that something is wrong."""

from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from households.enums import HousingSource, OldHouse, RenovationMode, Residence, Structure
from inspections.verdict import REBUILT_MODES


class Kind(NamedTuple):
    """How a structure occurs: share among ordinary and among poor households (%), years, risk of defects."""

    ordinary: float
    poor: float
    first_year: int
    last_year: int
    risk: float


KINDS = {
    Structure.ZH: Kind(56, 38, 1988, 2018, 0.010),
    Structure.ZM: Kind(25, 32, 1976, 2002, 0.035),
    Structure.ZTH: Kind(6, 11, 1970, 1992, 0.12),
    Structure.TM: Kind(5, 12, 1962, 1990, 0.20),
    Structure.KJ: Kind(4, 2, 2006, 2019, 0.004),
    Structure.YD: Kind(0.6, 1.5, 1968, 1988, 0.14),
    Structure.QG: Kind(1.4, 1, 2009, 2019, 0.01),
    Structure.MJ: Kind(0.4, 0.7, 1958, 1985, 0.15),
    Structure.SM: Kind(0.4, 0.7, 1965, 1990, 0.12),
    Structure.QT: Kind(0.6, 0.7, 1985, 2015, 0.02),
}
#: Middle of the district, WGS-84 degrees, and how far its villages lie from it.
LONGITUDE, LATITUDE, REACH = 109.24, 34.68, 0.09


def dwelling(rng: Random, is_poor: bool) -> tuple[dict[str, Any], float]:
    """House facts as fields of `Household`, and the chance that a visit finds the house unsafe."""
    shares = [kind.poor if is_poor else kind.ordinary for kind in KINDS.values()]
    structure = rng.choices(list(KINDS), shares)[0]
    kind = KINDS[structure]
    built = rng.randint(kind.first_year, kind.last_year)
    tall = structure in (Structure.ZH, Structure.KJ)
    storeys = rng.choices((1, 2, 3), (62, 37.6, 0.4) if tall else (100, 0, 0))[0]
    bays = rng.randint(2, 6) * storeys
    facts: dict[str, Any] = {
        "structure": structure,
        "storeys": storeys,
        "bays": bays,
        "floor_area": Decimal(bays * rng.randint(17, 30)),
        "built_year": built,
        "housing_source": HousingSource.OWN,
        "residence": rng.choices(list(Residence), (86, 9, 5))[0],
        "business_use": rng.random() < 0.004,
        "old_house": OldHouse.NOT_APPLICABLE,
    }
    age = (2020 - built) / 30
    risk = kind.risk * (0.4 + 0.6 * age) * (1.3 if is_poor else 1)
    if is_poor and rng.random() < 0.12:
        facts |= renovated(rng, built)
        risk *= 0.3
    elif rng.random() < 0.012:
        facts["housing_source"] = rng.choice(
            [HousingSource.KIN, HousingSource.RENTED, HousingSource.RELOCATED]
        )
    return facts, risk


def renovated(rng: Random, built: int) -> dict[str, Any]:
    """Facts of a house that an earlier programme has renovated."""
    mode = rng.choices(list(RenovationMode), (55, 30, 12, 3))[0]
    year = rng.randint(2012, 2019)
    facts: dict[str, Any] = {
        "housing_source": HousingSource.RENOVATED,
        "renovated_year": year,
        "renovated_mode": mode,
    }
    if mode in REBUILT_MODES:
        facts["built_year"] = year
        facts["old_house"] = rng.choices(
            (OldHouse.DEMOLISHED, OldHouse.SEALED, OldHouse.STANDING), (90, 6, 4)
        )[0]
    return facts


def centre(rng: Random) -> tuple[float, float]:
    """Longitude and latitude of a village."""
    return LONGITUDE + rng.uniform(-REACH, REACH), LATITUDE + rng.uniform(-REACH, REACH)


def place_near(rng: Random, middle: tuple[float, float]) -> dict[str, Decimal]:
    """Coordinates of a house within about 500 m of its village's centre, as fields of `Household`."""
    longitude, latitude = (Decimal(f"{each + rng.uniform(-0.005, 0.005):.6f}") for each in middle)
    return {"longitude": longitude, "latitude": latitude}
