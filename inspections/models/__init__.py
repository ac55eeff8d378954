from .appraisals import Appraisal, AppraisalOrganisation
from .checklists import ChecklistItem, ChecklistVersion
from .inspections import Inspection, InspectionDraft, InspectionPhoto, Photo
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
    "Ruling",
    "RulingMeeting",
]
