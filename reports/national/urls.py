"""Addresses of the entry into the national system, under reports:."""

from django.urls import path

from reports.views import national, national_imports, secretaries

urlpatterns = [
    path("", national.national, name="national"),
    path("households/", national.national_list, name="national_list"),
    path("export/", national.national_export, name="national_export"),
    path("layout/", national.national_layout, name="national_layout"),
    path("references/", national_imports.reference_list, name="reference_list"),
    path("references/upload/", national_imports.reference_upload, name="reference_upload"),
    path("references/<uuid:pk>/", national_imports.reference_detail, name="reference_detail"),
    path(
        "references/<uuid:pk>/confirm/",
        national_imports.reference_confirm,
        name="reference_confirm",
    ),
    path(
        "references/<uuid:pk>/cancel/", national_imports.reference_cancel, name="reference_cancel"
    ),
    path(
        "references/<uuid:pk>/download/",
        national_imports.reference_download,
        name="reference_download",
    ),
    path("secretaries/", secretaries.secretaries, name="secretaries"),
]
