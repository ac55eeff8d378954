"""The menu: each sees what they may open, in groups that fold; the open page is marked."""

import pytest
from django.urls import reverse

from yanliang.menu import MENU


@pytest.fixture
def menu_of(sign_in):
    return lambda staff: sign_in(staff).get(reverse("home")).context["menu"]


def test_each_sees_the_pages_that_they_may_open(menu_of, bureau_lead, villager):
    for staff in (bureau_lead, villager):
        found = [link.label for group in menu_of(staff) for link in group.links]
        assert sorted(found) == sorted(each.label for each in MENU if each.allowed(staff))


def test_pages_of_a_group_fold_into_one_entry(menu_of, bureau_lead):
    found = {group.label: [link.label for link in group.links] for group in menu_of(bureau_lead)}
    assert found["鉴定改造"] == ["待鉴定", "鉴定", "审定", "改造", "国家系统"]
    assert found["报表"] == ["上报看板", "四清清单", "统计表", "周报", "看板", "校验"]


def test_a_group_of_one_stands_in_the_open(sign_in, villager):
    page = sign_in(villager).get(reverse("home"))
    alone = [group.links[0].label for group in page.context["menu"] if not group.label]
    assert "改造" in alone
    assert "鉴定改造" not in page.content.decode()


@pytest.mark.parametrize(
    ("name", "label"),
    [("reports:zeros", "三清零"), ("reports:dashboard", "看板"), ("home", "首页")],
)
def test_the_open_page_and_its_group_are_marked(sign_in, bureau_lead, name, label):
    menu = sign_in(bureau_lead).get(reverse(name)).context["menu"]
    assert [link.label for group in menu for link in group.links if link.is_current] == [label]
    assert len([group for group in menu if group.is_current]) == 1


def test_folding_needs_no_script_of_its_own(sign_in, bureau_lead):
    """Buttons that Bootstrap opens by mouse and by keyboard, each told to those who do not see it."""
    page = sign_in(bureau_lead).get(reverse("home")).content.decode()
    header = page[page.index("<header") : page.index("</header>")]
    assert header.count('data-bs-toggle="dropdown"') == header.count('aria-expanded="false"') - 1
    assert "onclick" not in header
    assert "style=" not in header
