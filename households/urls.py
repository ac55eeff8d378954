from django.urls import include, path

from households.views import changes, detail, editing, lists

app_name = "households"
urlpatterns = [
    path("rosters/", include("households.roster.urls")),
    path("", lists.household_list, name="household_list"),
    path("export/", lists.household_export, name="household_export"),
    path("new/", editing.household_create, name="household_create"),
    path("<int:pk>/", detail.household_detail, name="household_detail"),
    path("<int:pk>/numbers/", detail.household_reveal, name="household_reveal"),
    path("<int:pk>/edit/", editing.household_edit, name="household_edit"),
    path("<int:pk>/classes/", changes.household_class_change, name="household_class_change"),
    path("<int:pk>/split/", changes.household_split, name="household_split"),
    path("<int:pk>/removal/", changes.household_removal, name="household_removal"),
    path("<int:pk>/reinstate/", changes.household_reinstate, name="household_reinstate"),
    path("changes/", changes.change_list, name="change_list"),
    path("changes/<int:pk>/", changes.change_detail, name="change_detail"),
    path("changes/<int:pk>/confirm/", changes.change_confirm, name="change_confirm"),
    path("changes/<int:pk>/refuse/", changes.change_refuse, name="change_refuse"),
]
