"""Supervision visits, below rectification/visits/."""

from django.urls import path

from rectification.views import visit_acts, visit_detail, visit_list

urlpatterns = [
    path("", visit_list.visit_list, name="visit_list"),
    path("plan/", visit_acts.visit_plan, name="visit_plan"),
    path("<int:pk>/", visit_detail.visit_detail, name="visit_detail"),
    path("<int:pk>/edit/", visit_acts.visit_edit, name="visit_edit"),
    path("<int:pk>/seen/", visit_detail.visit_household_seen, name="visit_household_seen"),
    path("<int:pk>/problem/", visit_acts.visit_finding, name="visit_finding"),
    path("<int:pk>/sheet/", visit_detail.visit_sheet, name="visit_sheet"),
    path("<int:pk>/done/", visit_acts.visit_done, name="visit_done"),
    path("<int:pk>/void/", visit_acts.visit_void, name="visit_void"),
]
