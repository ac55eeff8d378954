from .appraisals import Appraisal, AppraisalOrganisation
from .checklists import ChecklistItem, ChecklistVersion
from .inspections import Inspection, InspectionDraft, InspectionPhoto, Photo
from .result_imports import ResultImport
from .rulings import Ruling, RulingMeeting

__all__ = [
    "Appraisal",
    "AppraisalOrganisation",
    "ChecklistItem",
    "ChecklistVersion",
    "Inspection",
    "InspectionDraft",
    "InspectionPhoto",
    "Photo",
    "ResultImport",
    "Ruling",
    "RulingMeeting",
]
