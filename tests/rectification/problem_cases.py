"""Problems at each step of their way, made by the acts themselves."""

import datetime as dt
import io
import random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from households.models import Household, Region
from rectification.enums import EvidenceKind, ProblemSource, Verification
from rectification.models import Evidence, Problem, ProblemKind
from rectification.problems.acting import Assignment, assign, submit, verify
from rectification.problems.proving import Picture, add_paper, add_photo
from rectification.problems.raising import Draft, raise_problem
from tests.factories import HouseholdFactory, StaffFactory
from tests.rectification.cases import clerk
from yanliang.periods import SHANGHAI, today

OFFICE, VILLAGE = "610114007", "610114007200"
LEADER = "赵主任"
BEFORE = dt.datetime(2020, 4, 10, 9, tzinfo=SHANGHAI)
AFTER = dt.datetime(2020, 4, 20, 9, tzinfo=SHANGHAI)


def kind(code: str = "file_irregular") -> ProblemKind:
    """A kind that is shipped, by its code."""
    return ProblemKind.objects.get(code=code)


def office_clerk(office: str = OFFICE):
    """Somebody of the office who raises problems and asks for 销号."""
    return StaffFactory(username=f"clerk_{office}", role="recorder", region_id=office)


def principal(office: str = OFFICE, name: str = LEADER) -> str:
    """Name the office's principal leader."""
    Region.objects.filter(pk=office).update(principal_leader=name)
    return name


def drafted(household: Household | None = None, code: str = "file_irregular", **fields) -> Draft:
    region_id = household.region_id if household is not None else VILLAGE
    return Draft(
        **{
            "region_id": region_id,
            "source": ProblemSource.SELF,
            "kind": kind(code),
            "description": "档案缺少户主签字",
            "found_on": today(),
            "household": household,
            "measure": "补签并复印归档",
            **fields,
        }
    )


def raised(household: Household | None = None, code: str = "file_irregular", **fields) -> Problem:
    """待整改. Without a household, one of 关山 is made; `household=False` leaves it to the village."""
    if household is None:
        household = HouseholdFactory(region_id=VILLAGE)
    draft = drafted(household or None, code, **fields)
    return raise_problem(draft, by=clerk())


def assigned(problem: Problem | None = None, **fields) -> Problem:
    """整改中, the office's clerk working on it."""
    problem = problem or raised(**fields)
    office = problem.region_id[:9]
    assignment = Assignment(responsible="刘建设", assignee=office_clerk(office))
    return assign(problem.pk, assignment, by=office_clerk(office))


def scene(seed: int = 0, name: str = "现场.jpg") -> SimpleUploadedFile:
    """A photo with something in it, another for each seed."""
    rng = random.Random(seed)
    picture = Image.new("L", (9, 9))
    picture.putdata([rng.randrange(256) for _ in range(81)])
    content = io.BytesIO()
    picture.resize((320, 240), Image.Resampling.BICUBIC).convert("RGB").save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


def paper(name: str = "整改照片及签字.pdf", mark: int = 0) -> SimpleUploadedFile:
    content = f"%PDF-1.4\n{mark} 0 obj\nendobj\n%%EOF\n".encode()
    return SimpleUploadedFile(name, content, "application/pdf")


def proved(problem: Problem | None = None, **fields) -> Problem:
    """整改中 with all the proof that its kind asks for."""
    problem = problem or assigned(**fields)
    by = office_clerk(problem.region_id[:9])
    if problem.kind.is_house:
        add_photo(problem.pk, EvidenceKind.BEFORE, Picture(scene(1), BEFORE), by=by)
        add_photo(problem.pk, EvidenceKind.AFTER, Picture(scene(2), AFTER), by=by)
    else:
        add_paper(problem.pk, paper(), by=by)
    return problem


def submitted(problem: Problem | None = None, **fields) -> Problem:
    """申请销号, asked for by the office's clerk."""
    problem = problem or proved(**fields)
    return submit(problem.pk, "已整改到位", by=office_clerk(problem.region_id[:9]))


def closed(problem: Problem | None = None, **fields) -> Problem:
    """已销号, verified by the bureau's clerk."""
    problem = problem or submitted(**fields)
    return verify(problem.pk, Verification.DOCUMENTS, by=clerk())


def evidence_of(problem: Problem) -> Evidence:
    return problem.evidence.standing().first()


def recurring_problem() -> Problem:
    """Open and 屡改屡犯: raised again while, for once, the first is still open; nothing is uploaded for it."""
    first, again = raised(household=False), raised(household=False)
    Problem.objects.filter(pk=again.pk).update(is_recurrent=True, recurs=first)
    return Problem.objects.get(pk=again.pk)
