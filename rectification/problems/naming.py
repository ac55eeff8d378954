"""What the words of a feedback list mean: which source, kind and place of the ledger."""

import re
from collections.abc import Iterable

from households.models import Region
from households.roster.cleaning import CellFault, compact, is_blank, shown
from households.roster.comparing import reference_for
from households.roster.reader import CellValue
from households.roster.villages import VillageIndex, office_short_name
from rectification.enums import ProblemSource
from rectification.models import ProblemKind
from rectification.problems.reading import RowRead
from rectification.problems.rights import covers
from yanliang.accounts.enums import RegionLevel

_PUNCTUATION = re.compile(r"[\s、，,。.；;：:“”\"'（）()《》\[\]/·-]+")
_BRACKETED = re.compile(r"\([^()]*\)")
_SERIAL = re.compile(r"^(?:\(?[0-9一二三四五六七八九十]{1,3}[).、．])")
#: Words that tell a source; a text that speaks of two tells none.
_SOURCE_WORDS = (
    (ProblemSource.CENTRAL, re.compile(r"中央|中巡")),
    (ProblemSource.NATIONAL, re.compile(r"国家|国考|国务院")),
    (ProblemSource.PROVINCE, re.compile(r"省")),
    (ProblemSource.CITY, re.compile(r"市")),
    (ProblemSource.LETTER, re.compile(r"信访|举报|来信|来访|热线|投诉")),
    (ProblemSource.DISTRICT, re.compile(r"区级|区督|区局|区住建|区委|区考|区扶贫")),
    (ProblemSource.HOUSEHOLD, re.compile(r"入户|核查")),
    (ProblemSource.SELF, re.compile(r"自查|自纠|自评|排查")),
)
_HERE = re.compile(r"(?:陕西省)?(?:西安市)?阎良区")
#: How lists from above call the kinds that are shipped, by their code.
_KIND_ALIASES = {
    "policy_not_known": "政策宣传不到位 政策宣传 政策知晓率低 政策知晓率不高 政策不知晓 宣传不到位",
    "subsidy_unpaid": "补助发放不及时 补助资金未及时发放 补助资金发放不及时 补助未发放 资金拨付不及时 资金发放",
    "unqualified": "不符合条件享受政策 不符合改造条件 不符合条件 身份不符 对象认定不精准 对象不精准",
    "file_irregular": "档案不规范 资料不规范 档案资料不完善 档案资料问题 档案问题 资料不齐 档案不完善 档案资料",
    "documents_missing": "档案材料缺失 档案缺失 材料缺失 改造档案缺失 改造资料缺失",
    "old_house_standing": "旧房未拆除 旧房未拆 拆旧不到位 建新未拆旧 一户两宅 原址重建旧房未拆 危房未拆除",
    "poor_quality": "改造质量不高 改造质量问题 质量问题 工程质量 施工质量 改造质量差",
    "house_defect": "安全隐患 住房安全隐患 房屋安全隐患 存在安全隐患 住房不安全",
    "house_repair": "房屋需维修 住房待维修 房屋漏雨 轻微缺陷",
    "system_data": "系统数据错漏 系统数据错误 信息系统数据错误 数据错误 信息错漏 系统信息错误 数据不一致",
    "not_in_national_system": "未录入系统 未录入国家系统 系统未录入",
    "photo_missing": "照片缺失 缺少照片 没有照片",
    "photo_shared": "照片重复 重复照片",
    "same_person": "重复登记 一人两户",
    "not_checked": "漏排 住房漏排 排查遗漏 未排查 排查不到位 漏排漏查",
    "mechanism_gap": "监测机制不健全 机制不健全 长效机制不健全 长效机制缺失 监测不到位",
    "warning_ignored": "险情处置不及时 处置不及时",
    "other": "其它 其他问题 其它问题",
}
#: The whole district, as lists write it.
_DISTRICT_WORDS = frozenset({"全区", "区级", "区本级", "区住建局", "区局", "区住房和城乡建设局"})
_GROUP = re.compile(r"第?[0-9一二三四五六七八九十]{1,3}(?:村民)?(?:小组|组|队)$")


def words_of(text: CellValue) -> str:
    """A text as descriptions are compared: without spaces and signs."""
    return _PUNCTUATION.sub("", compact(text)).casefold()


def bare(text: CellValue) -> str:
    """A text as names are compared: also without what stands in brackets."""
    return words_of(_BRACKETED.sub("", compact(text)))


def source_named(text: CellValue) -> ProblemSource | None:
    """The source that a cell, or the name of a sheet, speaks of; None where that is not to be told."""
    words = bare(text)
    for source in ProblemSource:
        if words == source.label:
            return source
    words = _HERE.sub("", words)
    found = [source for source, pattern in _SOURCE_WORDS if pattern.search(words)]
    # 省级入户核查 was a visit of the province's: who came goes before how.
    outside = [each for each in found if each not in (ProblemSource.HOUSEHOLD, ProblemSource.SELF)]
    found = outside or found
    return found[0] if len(found) == 1 else None


class KindIndex:
    """Finds kinds of problems by name, by alias, or either with a number before it."""

    def __init__(self, kinds: Iterable[ProblemKind]) -> None:
        kinds = list(kinds)
        self._by_name: dict[str, ProblemKind] = {}
        for kind in kinds:
            for name in _KIND_ALIASES.get(kind.code, "").split():
                self._by_name.setdefault(bare(name), kind)
        # A kind's own name goes before an alias of another.
        self._by_name |= {bare(kind.name): kind for kind in kinds}
        self.names = "、".join(kind.name for kind in kinds if kind.is_active)

    def find(self, value: CellValue) -> ProblemKind | CellFault:
        if is_blank(value):
            return CellFault("kind_required", f"问题类别为空，应填以下之一：{self.names}")
        text = _SERIAL.sub("", compact(value))
        words = bare(text)
        found = self._by_name.get(words) or self._by_name.get(words.removesuffix("问题"))
        return found or CellFault(
            "kind_unknown", f"没有“{shown(value)}”这个问题类别，应填以下之一：{self.names}"
        )


class PlaceIndex:
    """Finds the village, office or district that cells mean, for a person of one region."""

    def __init__(self, staff) -> None:
        self._staff = staff
        self._villages = reference_for(staff.region).villages
        self._names = dict(Region.objects.values_list("code", "short_name"))
        self._offices = {
            office_short_name(name): code
            for code, name in self._names.items()
            if len(code) == RegionLevel.OFFICE
        }
        self._districts = {
            compact(name): code
            for code, name in self._names.items()
            if len(code) == RegionLevel.DISTRICT
        }

    @property
    def villages(self) -> VillageIndex:
        return self._villages

    def name(self, code: str) -> str:
        return self._names.get(code, "")

    def of_row(self, read: RowRead) -> str | CellFault:
        """The place that a row names; of a list without such columns the one that its sheet is about."""
        place, office = read.value("place", "village"), read.value("office")
        if is_blank(place) and is_blank(office):
            office = read.value("unit")
        if {"place", "village", "office", "unit"} & read.sheet.fields.keys():
            return self.find(place, office)
        if read.sheet.default_village:
            return self.find(read.sheet.default_village, "")
        if len(self._staff.scope_code) >= RegionLevel.OFFICE:
            return self._staff.scope_code
        return self.find("", "")

    def find(self, place: CellValue, office: CellValue) -> str | CellFault:
        """The code of the place; `place` may name a village, with or without its office, or an office."""
        if is_blank(place) and is_blank(office):
            return CellFault("place_required", "街办、村为空，应填写问题在哪个街办、村")
        if is_blank(place):
            return self.office(office)
        text = compact(place)
        if code := self._above(text):
            return self._own(code, text)
        office_text = "" if is_blank(office) else compact(office)
        answer = self._villages.find(text, office_text)
        if answer.fault is not None and (village := _GROUP.sub("", text)) != text:
            answer = self._villages.find(village, office_text)
        if answer.fault is not None:
            return CellFault(answer.fault.value, answer.sentence)
        return answer.code

    def office(self, value: CellValue) -> str | CellFault:
        """The code of the unit (街办, or the bureau for the district) that a cell means."""
        text = compact(value)
        code = self._district(text) or self._offices.get(office_short_name(text), "")
        if code:
            return self._own(code, text)
        return CellFault("office_unknown", f"没有“{shown(value)}”这个街办，应核对")

    def _above(self, text: str) -> str:
        """The district or office of that name: 关山街道 is the office, 关山 alone the village of that name."""
        short = office_short_name(text)
        return self._district(text) or (self._offices.get(short, "") if short != text else "")

    def _district(self, text: str) -> str:
        if text in _DISTRICT_WORDS:
            return next(iter(self._districts.values()), "")
        return self._districts.get(text, "")

    def _own(self, code: str, text: str) -> str | CellFault:
        if covers(self._staff, code):
            return code
        whose = self._names[code] if len(code) == RegionLevel.OFFICE else "区住建局"
        return CellFault("village_forbidden", f"“{text}”不在您的辖区，应由{whose}导入")
