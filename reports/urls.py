from django.urls import include, path

from reports.views import (
    annex2,
    dashboard,
    household_lists,
    list_exports,
    lists,
    signing,
    weekly,
    zeros,
)

app_name = "reports"
urlpatterns = [
    path("annex2/", annex2.annex2, name="annex2"),
    path("annex2/export/", annex2.annex2_export, name="annex2_export"),
    path("annex2/city-workbooks/", include("reports.annex2.city_workbook.urls")),
    path("annex2/households/", annex2.figure_households, name="figure_households"),
    path("weekly/", weekly.weekly_summary, name="weekly_summary"),
    path("weekly/export/", weekly.weekly_export, name="weekly_export"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("zeros/", zeros.zeros, name="zeros"),
    path("zeros/list/", zeros.zero_list, name="zero_list"),
    path("national/", include("reports.national.urls")),
    path("lists/", lists.list_overview, name="list_overview"),
    path("lists/waiting/", lists.list_waiting, name="list_waiting"),
    path("lists/check/", signing.list_check, name="list_check"),
    path("lists/export/", list_exports.list_export, name="list_export"),
    path("lists/exports/", list_exports.list_exports, name="list_exports"),
    path("lists/exports/<uuid:pk>/", list_exports.list_export_detail, name="list_export_detail"),
    path("lists/exports/<uuid:pk>/now/", list_exports.list_export_now, name="list_export_now"),
    path("lists/exports/<uuid:pk>/file/", list_exports.list_export_file, name="list_export_file"),
    path("lists/households/<int:pk>/", household_lists.household_lists, name="household_lists"),
    path("lists/versions/<int:pk>/", signing.frozen_detail, name="frozen_detail"),
    path("lists/versions/<int:pk>/print/", signing.frozen_print, name="frozen_print"),
    path("lists/versions/<int:pk>/paper/", signing.frozen_paper, name="frozen_paper"),
    path("lists/signings/<int:pk>/scan/", signing.signing_scan, name="signing_scan"),
    path("lists/<str:code>/<str:kind>/", lists.list_detail, name="list_detail"),
    path("lists/<str:code>/<str:kind>/sign/", signing.list_sign, name="list_sign"),
    path("lists/<str:code>/<str:kind>/print/", signing.list_print, name="list_print"),
    path(
        "lists/<str:code>/<str:kind>/responsible/",
        signing.list_responsible,
        name="list_responsible",
    ),
]
