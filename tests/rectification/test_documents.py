"""Which papers a renovation needs, by its mode."""

import pytest

from households.enums import RenovationMode
from rectification.documents import checklist, missing, required
from rectification.enums import DEMOLISHING, DocumentKind


@pytest.mark.parametrize("mode", RenovationMode)
def test_every_mode_has_its_papers_once_each(mode):
    papers = required(mode)
    assert len(papers) == len(set(papers)) >= 8
    assert DocumentKind.CONTRACT in papers
    assert DocumentKind.OTHER not in papers


@pytest.mark.parametrize("mode", RenovationMode)
def test_a_new_house_in_the_old_ones_place_needs_the_promise_to_demolish(mode):
    assert (DocumentKind.DEMOLITION in required(mode)) == (mode in DEMOLISHING)


def test_land_is_asked_for_a_new_place_only():
    asked = [mode for mode in RenovationMode if DocumentKind.LAND in required(mode)]
    assert asked == [RenovationMode.ELSEWHERE]


def test_what_is_there_is_not_missing():
    present = {DocumentKind.CONTRACT, DocumentKind.LAND}
    gaps = missing(RenovationMode.REINFORCE, present)
    assert DocumentKind.CONTRACT not in gaps
    assert len(gaps) == len(required(RenovationMode.REINFORCE)) - 1
    lines = checklist(RenovationMode.REINFORCE, present)
    assert [line.kind for line in lines if line.is_there] == [DocumentKind.CONTRACT]


def test_nothing_is_missing_from_a_whole_file():
    assert missing(RenovationMode.REBUILD, set(DocumentKind)) == []
