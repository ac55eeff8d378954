"""One request at a time: what each kind costs by itself, with nobody else at work."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

from tests.benchmarks.burst.client import Request, wrong_with
from tests.benchmarks.burst.mix import WAYS, Way
from tests.benchmarks.burst.stage import Person, Town
from tests.benchmarks.measuring import in_columns

#: So many times each way is gone. The first goes uncounted: it meets processes at their first page.
ROUNDS = 8
HEADS = ("请求", "次数", "历时 ms（中位）", "gunicorn ms", "PostgreSQL ms")

#: Processor seconds of gunicorn and of PostgreSQL so far.
Spent = tuple[float, float]


class Cost(NamedTuple):
    """Milliseconds: from question to answer, of gunicorn's processor time, of PostgreSQL's."""

    elapsed: float
    web: float
    database: float


async def costs(town: Town, spent: Callable[[], Spent]) -> dict[str, list[Cost]]:
    """What every request cost, by kind; raises RuntimeError for a wrong answer."""
    found: dict[str, list[Cost]] = defaultdict(list)
    for number in range(ROUNDS):
        for way in WAYS:
            for kind, cost in [each async for each in gone(town, way, spent)]:
                if number:
                    found[kind].append(cost)
    return found


async def gone(town: Town, way: Way, spent: Callable[[], Spent]):
    """The cost of each request of a way, which the first person who can begin it goes to its end."""
    for person in able(town, way):
        steps, asked = way.steps(town, person), False
        try:
            request = next(steps)
            while True:
                answer = None
                if request is not None:
                    asked = True
                    answer, cost = await measured(person, request, spent)
                    yield request.kind, cost
                request = steps.send(answer)
        except StopIteration:
            if asked:
                return


def able(town: Town, way: Way) -> Iterator[Person]:
    people = [each for each in town.people if each.role in way.roles]
    return iter(town.rng.sample(people, len(people)))


async def measured(person: Person, request: Request, spent: Callable[[], Spent]):
    before, start = spent(), perf_counter()
    answer = await person.browser.ask(request)
    elapsed = perf_counter() - start
    after = spent()
    if wrong := wrong_with(request, answer):
        raise RuntimeError(f"{request.kind} {request.address}: {wrong}（{answer.title}）")
    web, database = ((later - earlier) * 1000 for earlier, later in zip(before, after, strict=True))
    return answer, Cost(elapsed * 1000, web, database)


def table(found: Mapping[str, Sequence[Cost]]) -> str:
    """A line a kind, the dearest first; processor time is the mean."""
    dearest = sorted(found.items(), key=lambda each: -mean_processor(each[1]))
    return in_columns(
        [
            HEADS,
            *(
                (
                    kind,
                    f"{len(of_kind)}",
                    f"{statistics.median(each.elapsed for each in of_kind):.0f}",
                    f"{statistics.fmean(each.web for each in of_kind):.0f}",
                    f"{statistics.fmean(each.database for each in of_kind):.0f}",
                )
                for kind, of_kind in dearest
            ),
        ]
    )


def mean_processor(of_kind: Sequence[Cost]) -> float:
    return statistics.fmean(each.web + each.database for each in of_kind)
