"""Addresses of the roster import, under households:."""

from django.urls import path

from households.views import rosters

urlpatterns = [
    path("", rosters.roster_list, name="roster_list"),
    path("upload/", rosters.roster_upload, name="roster_upload"),
    path("<uuid:pk>/", rosters.roster_detail, name="roster_detail"),
    path("<uuid:pk>/mapping/", rosters.roster_mapping, name="roster_mapping"),
    path("<uuid:pk>/confirm/", rosters.roster_confirm, name="roster_confirm"),
    path("<uuid:pk>/run/", rosters.roster_run, name="roster_run"),
    path("<uuid:pk>/progress/", rosters.roster_progress, name="roster_progress"),
    path("<uuid:pk>/cancel/", rosters.roster_cancel, name="roster_cancel"),
    path("<uuid:pk>/undo/", rosters.roster_undo, name="roster_undo"),
    path("<uuid:pk>/download/", rosters.roster_download, name="roster_download"),
]
