"""What is looked at and taken away: lists, dashboards, two kinds of export."""

from urllib.parse import urlencode

from django.urls import reverse

from tests.benchmarks.burst.client import Request, Steps
from tests.benchmarks.burst.stage import Person, Town
from yanliang.accounts.enums import RegionLevel

SURNAMES = ("王", "张", "李", "刘", "赵", "杨")
XLSX = "xl/workbook.xml"
PDF = "%PDF-"


def address(name: str, **parameters: object) -> str:
    query = urlencode(parameters)
    return reverse(name) + (f"?{query}" if query else "")


def some_region(town: Town, person: Person) -> str:
    """The person's own place, or an office of the district."""
    if len(person.region) > RegionLevel.DISTRICT:
        return person.region
    return town.rng.choice(list(town.offices))


def register(town: Town, person: Person) -> Steps:
    """A region's households, further down, one by name, and what is known of it."""
    listed, region = "households:household_list", some_region(town, person)
    yield Request("农户列表", address(listed, region=region), "农户台账")
    page = town.rng.randint(2, 4)
    yield Request("农户列表", address(listed, region=region, page=page), "农户台账")
    name = town.rng.choice(SURNAMES)
    found = yield Request("农户搜索", address(listed, region=region, q=name), "农户台账")
    households = found.links(r"/households/\d+/")
    for household in town.rng.sample(households, min(2, len(households))):
        yield Request("农户页", household, "（61")


def problems(town: Town, person: Person) -> Steps:
    """The problem ledger, and a problem of it."""
    page = yield Request("问题台账", address("rectification:problem_list"), "问题台账")
    if found := page.links(r"/rectification/problems/\d+/"):
        yield Request("问题页", town.rng.choice(found), "YL-")


def review(town: Town, person: Person) -> Steps:
    """The lead's desk, and an inspection that waits there."""
    page = yield Request("核查审核", address("inspections:review_list"), "核查审核")
    if found := page.links(r"/inspections/\d+/"):
        yield Request("核查页", town.rng.choice(found), "核查")


def home(town: Town, person: Person) -> Steps:
    yield Request("首页", address("home"), "首页")


def dashboard(town: Town, person: Person) -> Steps:
    yield Request("看板", address("reports:dashboard"), "排查看板")


def annex2(town: Town, person: Person) -> Steps:
    """The table of all households, then of another class."""
    page = yield Request("附件2", address("reports:annex2"), "统计表")
    sections = page.links(r"\?[^\"]*section=\w+[^\"]*")
    if sections:
        yield Request("附件2", reverse("reports:annex2") + town.rng.choice(sections), "统计表")


def zeros(town: Town, person: Person) -> Steps:
    yield Request("三清零", address("reports:zeros"), "三清零")


def weekly(town: Town, person: Person) -> Steps:
    yield Request("周报页", address("reports:weekly_summary"), "周报")


def annex2_workbook(town: Town, person: Person) -> Steps:
    """Annex 2 taken away as a workbook."""
    page = yield Request("附件2", address("reports:annex2"), "统计表")
    to = reverse("reports:annex2_export")
    fields = [*page.fields(to), ("format", "xlsx")]
    yield Request("导出附件2 Excel", to, XLSX, fields)
