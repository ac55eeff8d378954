"""Pages of a long list."""

from functools import cached_property
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PER_PAGE = 50


class PageLink(NamedTuple):
    """A page's number as text, or a gap between two."""

    label: str
    is_current: bool
    is_gap: bool


class CountedPaginator(Paginator):
    """A paginator that is told the number of rows where the caller knows it already."""

    def __init__(self, rows, per_page: int, count: int | None = None):
        super().__init__(rows, per_page)
        self.known_count = count

    @cached_property
    def count(self) -> int:
        return super().count if self.known_count is None else self.known_count


def paginate(
    request: HttpRequest, rows, per_page: int = PER_PAGE, count: int | None = None
) -> Page:
    """The page that `?page=` asks for, the nearest one where there is none such.

    `page.links` are the pages to show; a page's number after `page.query` is its address.
    """
    paginator = CountedPaginator(rows, per_page, count)
    page = paginator.get_page(request.GET.get("page"))
    page.links = [
        PageLink(str(number), number == page.number, number == paginator.ELLIPSIS)
        for number in paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
    query = request.GET.copy()
    query.pop("page", None)
    page.query = f"?{query.urlencode()}&page=" if query else "?page="
    return page
