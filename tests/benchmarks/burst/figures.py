"""What a run comes to: figures for each kind of request, beside those of the empty page under the same load."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from pathlib import Path

from tests.benchmarks.burst.arrivals import EMPTY, Sample
from tests.benchmarks.burst.stage import Town
from tests.benchmarks.measuring import in_columns

#: What 95 of 100 requests may take, in milliseconds (issue: the deadline burst).
LIMIT = 500
#: So many of what went wrong are printed.
SHOWN_FAULTS = 10
HEADS = ("请求", "次数", "错误", "P50 ms", "P95 ms", "P99 ms", "最长 ms", "P95 为空白页的")


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest of the values that `share` percent of them do not exceed; 0 of none."""
    if not values:
        return 0
    return sorted(values)[ceil(len(values) * share / 100) - 1]


def line(name: str, samples: Sequence[Sample], empty: float) -> tuple[str, ...]:
    taken = [each.latency for each in samples]
    slow = percentile(taken, 95)
    return (
        name,
        f"{len(samples):,}",
        f"{sum(bool(each.wrong) for each in samples):,}",
        f"{percentile(taken, 50):.0f}",
        f"{slow:.0f}",
        f"{percentile(taken, 99):.0f}",
        f"{max(taken, default=0):.0f}",
        f"{slow / empty:.2f}×" if empty else "—",
    )


def by(samples: Iterable[Sample], name: str) -> dict[str, list[Sample]]:
    """The samples by one of their attributes, in its order."""
    found: dict[str, list[Sample]] = {}
    for each in sorted(samples, key=lambda each: getattr(each, name)):
        found.setdefault(getattr(each, name), []).append(each)
    return found


def report(samples: Sequence[Sample]) -> str:
    """Every kind of request, the parts, all of them, and the empty page."""
    asked = [each for each in samples if each.kind != EMPTY]
    bare = [each for each in samples if each.kind == EMPTY]
    empty = percentile([each.latency for each in bare], 95)
    rows = [HEADS]
    for part, of_part in by(asked, "part").items():
        rows += [line(f"{part}：{kind}", each, empty) for kind, each in by(of_part, "kind").items()]
    for part, of_part in by(asked, "part").items():
        rows.append(line(f"{part}，合计 {len(of_part) / len(asked):.0%}", of_part, empty))
    rows += [line("全部", asked, empty), line(EMPTY, bare, empty)]
    return in_columns(rows)


def faults(samples: Iterable[Sample]) -> list[str]:
    """What went wrong, a line each."""
    return [
        f"{each.due:7.1f} s  {each.kind}：{each.wrong}"
        + (f"（{each.title}）" if each.title else "")
        for each in samples
        if each.wrong
    ]


def slow_95(samples: Iterable[Sample]) -> float:
    """What 95 of 100 requests of the program took at most, in milliseconds."""
    return percentile([each.latency for each in samples if each.kind != EMPTY], 95)


def summary(
    samples: Sequence[Sample], town: Town, taken: Mapping[str, float], seconds: float
) -> list[str]:
    """The verdict's figures side by side, who used the processors (seconds, by name), and the machine."""
    asked = [each for each in samples if each.kind != EMPTY]
    bare = percentile([each.latency for each in samples if each.kind == EMPTY], 95)
    slow = slow_95(samples)
    held_up = percentile([(each.sent - each.due) * 1000 for each in asked], 95)
    cores = os.cpu_count() or 1
    shares = "，".join(
        f"{name} {used:.1f} 秒（{used / seconds / cores:.0%}）" for name, used in taken.items()
    )
    return [
        f"P95 {slow:.0f} ms（上限 {LIMIT} ms），同一负载下空白页 {bare:.0f} ms"
        + (f"，{slow / bare:.2f} 倍" if bare else ""),
        f"应发到发出 P95 {held_up:.0f} ms；各街办上报共 {sum(each.submitted for each in town.offices.values())} 次",
        f"处理器时间（{seconds:.0f} 秒 × {cores} 核，含预热）：{shares}",
        machine(),
    ]


def machine() -> str:
    """What it ran on."""
    models = [
        each.partition(":")[2].strip()
        for each in Path("/proc/cpuinfo").read_text().splitlines()
        if each.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{models[0] if models else platform.machine()} × {os.cpu_count()}，内存 {memory:.0f} GB，"
        f"{platform.system()} {platform.release()}，Python {platform.python_version()}"
    )
