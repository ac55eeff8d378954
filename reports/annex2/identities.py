"""What must agree with what in Annex 2, each identity with its name (domain rules §7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reports.annex2.columns import COLUMN, COUNT_COLUMNS, Figures


@dataclass(frozen=True)
class Identity:
    """The sum of the columns `left` equals that of the columns `right`, or is at most as much.

    With `without_appraisal`, only where no class counted is appraised when found 基本安全.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    at_most: bool = False
    without_appraisal: bool = False

    @property
    def name(self) -> str:
        """“8≤9+10”."""
        return ("≤" if self.at_most else "=").join(
            "+".join(map(str, side)) for side in (self.left, self.right)
        )

    def applies(self, *, appraised: bool) -> bool:
        """Whether it binds a section; `appraised`: one of its classes is appraised even when found 基本安全."""
        return not (self.without_appraisal and appraised)

    def holds(self, figures: Figures) -> bool:
        left, right = self.sums(figures)
        return left <= right if self.at_most else left == right

    def sums(self, figures: Figures) -> tuple[int, int]:
        left, right = (sum(figures[number] for number in side) for side in (self.left, self.right))
        return left, right

    def sentence(self, figures: Figures) -> str:
        """“1=2+3 不成立：农户总数为 10，无需排查＋应排查为 9”."""
        left, right = (
            "＋".join(COLUMN[number].label for number in side) for side in (self.left, self.right)
        )
        has, should = self.sums(figures)
        return f"{self.name} 不成立：{left}为 {has}，{right}为 {should}"


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


def faults(figures: Figures, *, appraised: bool) -> list[str]:
    """One sentence for each identity that does not hold within `figures`."""
    return [
        identity.sentence(figures)
        for identity in IDENTITIES
        if identity.applies(appraised=appraised) and not identity.holds(figures)
    ]


def sum_faults(total: Figures, parts: Iterable[Figures], of_what: str) -> Iterator[str]:
    """One sentence for each column in which `parts` (“各街办”) do not add up to `total`."""
    parts = list(parts)
    for column in COUNT_COLUMNS:
        has, should = total[column.number], sum(part[column.number] for part in parts)
        if has != should:
            yield f"{column.number} {column.label}：合计为 {has}，{of_what}之和为 {should}"
