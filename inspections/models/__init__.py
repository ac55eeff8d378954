from .appraisals import Appraisal, AppraisalOrganisation
from .checklists import ChecklistItem, ChecklistVersion
from .inspections import Inspection, InspectionDraft, InspectionPhoto, Photo
from .result_imports import ResultImport
from .rulings import ReplacedDocument, Ruling, RulingMeeting
from .warnings import WarningPhoto

__all__ = [
    "Appraisal",
    "AppraisalOrganisation",
    "ChecklistItem",
    "ChecklistVersion",
    "Inspection",
    "InspectionDraft",
    "InspectionPhoto",
    "Photo",
    "ReplacedDocument",
    "ResultImport",
    "Ruling",
    "RulingMeeting",
    "WarningPhoto",
]
