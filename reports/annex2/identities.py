"""What must agree with what in Annex 2, each identity with its name (domain rules §7).

Identities bind the measures; how they are called depends on the layout that shows them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reports.annex2.columns import COUNT_COLUMNS, Figures
from reports.annex2.layouts import Layout


@dataclass(frozen=True)
class Identity:
    """The sum of the measures `left` (by number) equals that of the measures `right`, or is at most as much.

    With `without_appraisal`, only where no class counted is appraised when found 基本安全.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    at_most: bool = False
    without_appraisal: bool = False

    def is_shown_in(self, layout: Layout) -> bool:
        """Whether each of its measures has a column of its own in `layout`."""
        return all(layout.showing(number) for number in (*self.left, *self.right))

    def name_in(self, layout: Layout) -> str:
        """“8≤9+10” in the column numbers of `layout`; in words where it does not show all the measures."""
        shown = self.is_shown_in(layout)
        names = (
            "+".join(
                str(layout.showing(number).number) if shown else layout.label_of(number)
                for number in side
            )
            for side in (self.left, self.right)
        )
        return ("≤" if self.at_most else "=").join(names)

    def applies(self, *, appraised: bool) -> bool:
        """Whether it binds a section; `appraised`: one of its classes is appraised even when found 基本安全."""
        return not (self.without_appraisal and appraised)

    def holds(self, figures: Figures) -> bool:
        left, right = self.sums(figures)
        return left <= right if self.at_most else left == right

    def sums(self, figures: Figures) -> tuple[int, int]:
        left, right = (sum(figures[number] for number in side) for side in (self.left, self.right))
        return left, right

    def sentence(self, figures: Figures, layout: Layout) -> str:
        """“1=2+3 不成立：农户总数为 10，无需排查＋应排查为 9”."""
        left, right = ("＋".join(map(layout.label_of, side)) for side in (self.left, self.right))
        has, should = self.sums(figures)
        return f"{self.name_in(layout)} 不成立：{left}为 {has}，{right}为 {should}"


IDENTITIES = (
    Identity((1,), (2, 3)),
    Identity((3,), (4, 6)),
    Identity((4,), (7, 8)),
    Identity((8,), (9, 10), at_most=True),
    Identity((8,), (9, 10), without_appraisal=True),
    Identity((9,), (11, 12, 13, 14)),
    Identity((13, 14), (15, 16, 21)),
    Identity((16,), (17, 18, 19, 20)),
    Identity((3,), (22, 23)),
)


def faults(figures: Figures, layout: Layout, *, appraised: bool) -> list[str]:
    """One sentence for each identity that does not hold within `figures`."""
    return [
        identity.sentence(figures, layout)
        for identity in IDENTITIES
        if identity.applies(appraised=appraised) and not identity.holds(figures)
    ]


def sum_faults(
    total: Figures, parts: Iterable[Figures], of_what: str, layout: Layout
) -> Iterator[str]:
    """One sentence for each measure in which `parts` (“各街办”) do not add up to `total`."""
    parts = list(parts)
    for measure in COUNT_COLUMNS:
        has, should = total[measure.number], sum(part[measure.number] for part in parts)
        if has != should:
            shown = layout.showing(measure.number)
            name = f"{shown.number} {shown.label}" if shown else measure.label
            yield f"{name}：合计为 {has}，{of_what}之和为 {should}"
