"""Houses as they are drawn for the demo."""

from random import Random

from PIL import Image, ImageDraw

from households.enums import Structure

SIZE = (800, 600)
EARTH, BRICK, PLASTER, TILES, CONCRETE = "#b9935f", "#a4563f", "#d9d4c7", "#5b5f66", "#9a9a96"
LOOKS = {
    Structure.TM: (EARTH, TILES),
    Structure.ZTH: (EARTH, TILES),
    Structure.ZM: (BRICK, TILES),
    Structure.YD: (EARTH, EARTH),
}


def house(rng: Random, facts: dict, with_crack: bool) -> Image.Image:
    """A house of the right structure and height, drawn; its defect is a crack in the wall."""
    wall, roof = LOOKS.get(facts["structure"], (PLASTER, CONCRETE))
    picture = Image.new("RGB", SIZE, f"hsl({rng.randint(200, 215)}, 60%, {rng.randint(78, 88)}%)")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 470, *SIZE), f"hsl({rng.randint(35, 60)}, 30%, {rng.randint(45, 60)}%)")
    storey = 120
    left, right = rng.randint(90, 160), rng.randint(640, 720)
    top = 490 - storey * max(1, facts["storeys"])
    pen.rectangle((left, top, right, 490), wall, "#444444", 2)
    if roof == TILES:
        ridge = (left + right) // 2
        pen.polygon([(left - 30, top), (ridge, top - 90), (right + 30, top)], roof)
    else:
        pen.rectangle((left - 12, top - 16, right + 12, top), roof)
    door = rng.randint(left + 190, right - 260)
    pen.rectangle((door, 400, door + 62, 490), "#5d3a1f")
    for floor in range(max(1, facts["storeys"])):
        for x in (left + 50, right - 130):
            y = top + 34 + floor * storey
            pen.rectangle((x, y, x + 80, y + 56), "#b9d6e6", "#333333", 4)
            pen.line((x + 40, y, x + 40, y + 56), "#333333", 3)
    if with_crack:
        x, y, line = rng.randint(left + 150, right - 150), top + 6, []
        while y < 470:
            line.append((x, y))
            x, y = x + rng.randint(-14, 16), y + rng.randint(10, 22)
        pen.line(line, "#1d1712", rng.randint(3, 5))
    return picture
