"""Filled-in checklists: which items fail, what was seen, and the verdict that the real rule gives."""

import datetime as dt
from random import Random
from typing import Any, NamedTuple

from households.enums import Structure
from inspections.enums import Answer, AnswerKind, Effect, Signature
from inspections.examination import Checklist
from inspections.models import ChecklistItem, Inspection
from inspections.verdict import HouseFacts, applicable, judge

#: What inspectors write beside a failed item, by its code; only these fail in the demo.
REMARKS = {
    "S02": "院内东侧地面下沉约 8 cm，与宅基相接处有一道地裂缝。",
    "F01": "西南角下沉，窗角八字形斜裂缝，最宽处约 7 mm。",
    "F02": "后墙墙根被鼠洞和渗井掏空约 60 cm 长，砖块外露。",
    "W01": "东山墙竖向裂缝两条，宽 5–8 mm，长约 1.9 m，能塞进硬币。",
    "W02": "后檐墙外鼓，吊线偏出约 5 cm。",
    "W03": "西山墙与前檐墙交接处脱开，上宽下窄，最宽约 15 mm。",
    "W04": "后墙墙根酥碱剥落，最深处约 9 cm，超过墙厚四分之一。",
    "W06": "打通两间房时拆了内承重墙，洞口未设过梁。",
    "T01": "前檐第二根木柱柱脚糟朽，偏离柱础约三分之一。",
    "T02": "正房两根檩条明显下弯，其中一根跨中有横纹裂口。",
    "T03": "山墙内侧檩条端头腐朽，敲击发空，掉粉。",
    "T06": "二层阳台根部露筋，保护层成片脱落约 0.4 ㎡。",
    "T07": "东间两块预制板板缝通长开裂，板端搁置不足 6 cm。",
    "R01": "西间屋面下陷约 1.2 m 见方，屋脊线明显不平。",
    "Y01": "中窑拱圈有一道贯通裂缝，近窑口处掉土。",
    "Y02": "窑背有陷穴两处，雨后积水，窑脸略向外倾。",
    "F03": "墙体直接坐在素土上，未见砖石基础和防潮做法。",
    "W05": "外砖里坯，砂浆成粉，砖与土坯之间没有拉接。",
    "R02": "檐口椽子断三根，瓦件滑落约 2 ㎡。",
    "R03": "北间顶棚有水印，逢大雨渗漏，檩条受潮。",
    "O01": "西窗过梁中部开裂，窗扇开关困难。",
    "O02": "门楼女儿墙歪斜约 3 cm，位于出入口上方。",
    "U01": "平房屋面堆放砖块和粮食，荷载偏大。",
    "S04": "东侧散水断裂，雨水浸泡墙根。",
    "O03": "厨房电线老化裸露，插座松动。",
}
UNSURE_REMARK = "被粮囤和旧家具遮挡，看不清，须由专业人员查验。"
#: Of unsafe houses: the share that fails by two cumulative items rather than by a veto.
CUMULATIVE = 0.25


PASS, NOT_APPLICABLE = Answer.PASS.value, Answer.NOT_APPLICABLE.value


class Scene(NamedTuple):
    """What every visit of a village has in common: the checklist and the inspectors who go round."""

    checklist: Checklist
    inspectors: tuple[str, ...]


class Findings(NamedTuple):
    """Answers that differ from 符合, with their remarks."""

    answers: dict[str, Answer]
    remarks: dict[str, str]


def findings(rng: Random, items: tuple[ChecklistItem, ...], is_unsafe: bool) -> Findings:
    """What is wrong with a house: enough for 疑似不安全 where `is_unsafe`, little or nothing otherwise."""

    def able_to_fail(effect: Effect) -> list[str]:
        return [item.code for item in items if item.effect == effect and item.code in REMARKS]

    vetoes, cumulative = able_to_fail(Effect.VETO), able_to_fail(Effect.CUMULATIVE)
    failed: list[str] = []
    unsure: list[str] = []
    if is_unsafe and rng.random() < CUMULATIVE and len(cumulative) >= 2:
        failed += rng.sample(cumulative, 2)
    elif is_unsafe:
        found = rng.sample(vetoes, min(len(vetoes), rng.choice((1, 1, 2))))
        (unsure if rng.random() < 0.1 else failed).extend(found)
    elif rng.random() < 0.08:
        failed.append(rng.choice(cumulative))
    if rng.random() < 0.04:
        failed += rng.sample(able_to_fail(Effect.RECORD), 1)
    return Findings(
        dict.fromkeys(failed, Answer.FAIL) | dict.fromkeys(unsure, Answer.UNSURE),
        {code: REMARKS[code] for code in failed} | dict.fromkeys(unsure, UNSURE_REMARK),
    )


def presence(rng: Random, built_year: int) -> Answer:
    """Whether a house of that year has ring beams and the like: the younger, the likelier."""
    weights = (
        (80, 15, 5) if built_year >= 2005 else (25, 35, 40) if built_year >= 1988 else (3, 17, 80)
    )
    return rng.choices((Answer.PRESENT, Answer.PARTIAL, Answer.ABSENT), weights)[0]


def wall(rng: Random, structure: str) -> str:
    thickness = rng.choice((40, 45, 50)) if structure in (Structure.TM, Structure.ZTH) else 24
    return f"墙厚 {thickness} 厘米，窗间墙宽 {rng.choice((90, 100, 110, 120))} 厘米"


def filled_in(
    rng: Random, scene: Scene, facts: dict[str, Any], on: dt.date, is_unsafe: bool
) -> Inspection:
    """An inspection of the house with these facts, verdict and reasons included, without household and event."""
    house = HouseFacts.of(facts)
    items = applicable(scene.checklist.items, house)
    found = findings(rng, items, is_unsafe)
    answers = dict.fromkeys((item.code for item in scene.checklist.items), NOT_APPLICABLE)
    measures = {}
    for item in items:
        kind = item.answer_kind
        if kind == AnswerKind.CHECK:
            answers[item.code] = PASS
        elif kind == AnswerKind.PRESENCE:
            answers[item.code] = presence(rng, facts["built_year"]).value
        else:
            del answers[item.code]
            measures[item.code] = wall(rng, house.structure)
    answers |= {code: answer.value for code, answer in found.answers.items()}
    judgement = judge(scene.checklist.rules, answers, house, latest_grade_unsafe=False)
    return Inspection(
        version=scene.checklist.version,
        inspected_on=on,
        inspectors=rng.sample(scene.inspectors, 2),
        signature=rng.choices(list(Signature), (96, 1, 3))[0],
        facts=facts,
        answers=answers,
        remarks=found.remarks,
        measures=measures,
        verdict=judgement.verdict,
        reasons=list(judgement.reasons),
    )
