"""The open loop: requests fall due at their moments, whether or not earlier ones have been answered.

A latency counts from the moment that a request was due, so that queueing is seen wherever it happens.
"""

import asyncio
import heapq
import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from time import perf_counter

from tests.benchmarks.burst.client import Answer, Request, Steps, wrong_with
from tests.benchmarks.burst.mix import WAYS, Way
from tests.benchmarks.burst.stage import Person, Town
from tests.benchmarks.burst.thursday import submit_week

#: Seconds between an answer and what the same person asks for next.
THOUGHT = (1.0, 6.0)
#: So long waits who cannot go on before looking again.
SHORT_WAIT = 0.5
EMPTY = "空白页"


@dataclass(frozen=True)
class Sample:
    """One request: when it was due and when it was sent, in seconds from the start; latency in milliseconds."""

    kind: str
    part: str
    due: float
    sent: float = 0
    latency: float = 0
    wrong: str = ""
    title: str = ""


@dataclass
class Play:
    """A person on a way; `answer` is what the next step is told."""

    way: Way
    person: Person
    steps: Steps
    answer: Answer | None = None

    def next(self) -> Request | None:
        """What is asked for next; raises StopIteration at the end of the way."""
        answer, self.answer = self.answer, None
        return self.steps.send(answer)


def moments(rate: float, seconds: float, rng: random.Random) -> list[float]:
    """Exactly `rate` × `seconds` moments at random: what people who know nothing of each other would make."""
    return sorted(rng.uniform(0, seconds) for _ in range(round(rate * seconds)))


@dataclass
class Crowd:
    """Everybody who works: who thinks, who waits for an answer, who is free."""

    town: Town
    start: float = 0
    thinking: list[tuple[float, int, Play]] = field(default_factory=list)
    #: Moments at which a request was due and nobody was free to make it.
    overdue: deque[float] = field(default_factory=deque)
    samples: list[Sample] = field(default_factory=list)
    open_requests: set[asyncio.Task] = field(default_factory=set)
    number: Iterator[int] = field(default_factory=count)
    #: Begun first of all, so that a short run shows every kind too and every office submits; then go the weights.
    opening: list[Way] = field(default_factory=list)

    def __post_init__(self) -> None:
        submitting = [way for way in WAYS if way.steps is submit_week]
        self.opening = [*WAYS, *submitting * (len(self.town.offices) - 1)]
        self.town.rng.shuffle(self.opening)

    @property
    def now(self) -> float:
        return perf_counter() - self.start

    async def work(self, due: Sequence[float], empty: Sequence[float]) -> None:
        """Make a request at each moment of `due`, and ask the empty page at each of `empty`."""
        self.start = perf_counter()
        await asyncio.gather(self.ask_at(due), self.ask_empty_at(empty))
        while self.open_requests:
            await asyncio.wait(self.open_requests)
        for due in self.overdue:
            self.samples.append(Sample("没有发出", "没有发出", due, wrong="所有人都在等待"))

    async def ask_at(self, moments: Sequence[float]) -> None:
        for moment in moments:
            await asyncio.sleep(moment - self.now)
            self.overdue.append(moment)
            self.ask_overdue()

    async def ask_empty_at(self, moments: Sequence[float]) -> None:
        for moment in moments:
            await asyncio.sleep(moment - self.now)
            person = self.town.rng.choice(self.town.people)
            self.send(Request(EMPTY, "/empty/", ""), person, EMPTY, moment)

    def ask_overdue(self) -> None:
        while self.overdue and (found := self.next_step()):
            play, request = found
            self.send(request, play.person, play.way.part, self.overdue.popleft(), play)

    def next_step(self) -> tuple[Play, Request] | None:
        """The step of whoever has thought longest enough, else the first of a new way, else of whoever thinks."""
        while self.thinking and self.thinking[0][0] <= self.now:
            if step := self.step_of(heapq.heappop(self.thinking)[2]):
                return step
        if step := self.new_step():
            return step
        for _ in range(len(self.thinking)):
            if step := self.step_of(heapq.heappop(self.thinking)[2]):
                return step
        return None

    def step_of(self, play: Play) -> tuple[Play, Request] | None:
        try:
            request = play.next()
        except StopIteration:
            play.person.is_busy = False
            return None
        except LookupError as missing:
            play.person.is_busy = False
            self.samples.append(Sample(play.way.name, play.way.part, self.now, wrong=str(missing)))
            return None
        if request is None:
            self.think(play, SHORT_WAIT)
            return None
        return play, request

    def new_step(self) -> tuple[Play, Request] | None:
        """Somebody who is free begins a way, if there is one that anybody can begin."""
        untried = list(WAYS)
        while untried:
            way = self.chosen(untried)
            free = [
                each for each in self.town.people if each.role in way.roles and not each.is_busy
            ]
            self.town.rng.shuffle(free)
            for person in free:
                person.is_busy = True
                if step := self.step_of(Play(way, person, way.steps(self.town, person))):
                    if way in self.opening:
                        self.opening.remove(way)
                    return step
            untried.remove(way)
        return None

    def chosen(self, ways: list[Way]) -> Way:
        for way in self.opening:
            if way in ways:
                return way
        return self.town.rng.choices(ways, [way.weight for way in ways])[0]

    def think(self, play: Play, seconds: float) -> None:
        heapq.heappush(self.thinking, (self.now + seconds, next(self.number), play))

    def send(
        self, request: Request, person: Person, part: str, due: float, play: Play | None = None
    ) -> None:
        task = asyncio.create_task(self.ask(request, person, part, due, play))
        self.open_requests.add(task)
        task.add_done_callback(self.open_requests.discard)

    async def ask(
        self, request: Request, person: Person, part: str, due: float, play: Play | None
    ) -> None:
        sent, answer, wrong = self.now, None, ""
        try:
            answer = await person.browser.ask(request)
        except (OSError, TimeoutError, HTTPException) as broken:
            wrong = f"{type(broken).__name__} {broken}"
        latency = (self.now - due) * 1000
        title = answer.title if answer else ""
        wrong = wrong_with(request, answer) if answer else wrong
        self.samples.append(Sample(request.kind, part, due, sent, latency, wrong, title))
        if play is None:
            return
        if wrong:
            play.steps.close()
            person.is_busy = False
        else:
            play.answer = answer
            self.think(play, self.town.rng.uniform(*THOUGHT))
        self.ask_overdue()
