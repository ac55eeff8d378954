from django.urls import path

from reports.views import annex2, dashboard, weekly

app_name = "reports"
urlpatterns = [
    path("annex2/", annex2.annex2, name="annex2"),
    path("annex2/export/", annex2.annex2_export, name="annex2_export"),
    path("annex2/households/", annex2.figure_households, name="figure_households"),
    path("weekly/", weekly.weekly_summary, name="weekly_summary"),
    path("weekly/export/", weekly.weekly_export, name="weekly_export"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
]
