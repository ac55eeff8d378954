"""Addresses of the city's workbooks, under reports:."""

from django.urls import path

from reports.views import city_workbooks

urlpatterns = [
    path("", city_workbooks.city_workbook_list, name="city_workbook_list"),
    path("upload/", city_workbooks.city_workbook_upload, name="city_workbook_upload"),
    path("sample/", city_workbooks.city_workbook_sample, name="city_workbook_sample"),
    path("<int:pk>/", city_workbooks.city_workbook_detail, name="city_workbook_detail"),
    path("<int:pk>/use/", city_workbooks.city_workbook_use, name="city_workbook_use"),
    path("<int:pk>/shelve/", city_workbooks.city_workbook_shelve, name="city_workbook_shelve"),
    path("<int:pk>/preview/", city_workbooks.city_workbook_preview, name="city_workbook_preview"),
    path("<int:pk>/file/", city_workbooks.city_workbook_file, name="city_workbook_file"),
]
