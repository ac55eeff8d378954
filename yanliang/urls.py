"""All addresses of the program."""

from django.contrib import admin
from django.urls import include, path

from yanliang import home

urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/", include("yanliang.accounts.urls")),
    path("audit/", include("yanliang.audit.urls")),
    path("households/", include("households.urls")),
    path("inspections/", include("inspections.urls")),
    path("rectification/", include("rectification.urls")),
    path("reports/", include("reports.urls")),
    path("admin/", admin.site.urls),
]
