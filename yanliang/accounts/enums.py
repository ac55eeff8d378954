"""Who works here: the roles of the notice's units (domain rules §1)."""

from django.db import models


class Role(models.TextChoices):
    RECORDER = "recorder", "街办录入员"
    OFFICE_LEAD = "office_lead", "街办负责人"
    BUREAU_CLERK = "bureau_clerk", "区局经办"
    BUREAU_LEAD = "bureau_lead", "区局负责人"
    SUPERVISOR = "supervisor", "督导员"
    VILLAGE = "village", "村级"
    DEPARTMENT = "department", "部门"
    VIEWER = "viewer", "只读"
    KEEPER = "keeper", "系统管理员"


class RegionLevel(models.IntegerChoices):
    """Level of a region; the value is the length of its code."""

    PROVINCE = 2, "省"
    CITY = 4, "市"
    DISTRICT = 6, "区县"
    OFFICE = 9, "街办"
    VILLAGE = 12, "村（社区）"


#: At which levels a role can be held.
ROLE_LEVELS: dict[str, frozenset[int]] = {
    Role.RECORDER: frozenset({RegionLevel.OFFICE}),
    Role.OFFICE_LEAD: frozenset({RegionLevel.OFFICE}),
    Role.BUREAU_CLERK: frozenset({RegionLevel.DISTRICT}),
    Role.BUREAU_LEAD: frozenset({RegionLevel.DISTRICT}),
    Role.SUPERVISOR: frozenset({RegionLevel.DISTRICT}),
    Role.VILLAGE: frozenset({RegionLevel.VILLAGE}),
    Role.DEPARTMENT: frozenset({RegionLevel.DISTRICT}),
    Role.VIEWER: frozenset(RegionLevel),
    Role.KEEPER: frozenset(RegionLevel),
}
