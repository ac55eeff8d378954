from django.urls import path

from rectification.views import acts, detail, lists

app_name = "rectification"
urlpatterns = [
    path("", lists.renovation_list, name="renovation_list"),
    path("export/", lists.renovation_export, name="renovation_export"),
    path("unplanned/", lists.unplanned_list, name="unplanned_list"),
    path("households/<int:pk>/", detail.household_renovations, name="household_renovations"),
    path("households/<int:pk>/plan/", acts.renovation_plan, name="renovation_plan"),
    path("households/<int:pk>/secure/", acts.housing_secure, name="housing_secure"),
    path("<int:pk>/", detail.renovation_detail, name="renovation_detail"),
    path("<int:pk>/edit/", acts.renovation_edit, name="renovation_edit"),
    path("<int:pk>/start/", acts.renovation_start, name="renovation_start"),
    path("<int:pk>/finish/", acts.renovation_finish, name="renovation_finish"),
    path("<int:pk>/cancel/", acts.renovation_cancel, name="renovation_cancel"),
    path("<int:pk>/accept/", acts.acceptance_record, name="acceptance_record"),
    path("<int:pk>/old-house/", acts.old_house_demolish, name="old_house_demolish"),
    path("<int:pk>/subsidy/", acts.subsidy_pay, name="subsidy_pay"),
    path("<int:pk>/photos/", acts.photos_add, name="photos_add"),
    path("<int:pk>/documents/", acts.document_add, name="document_add"),
    path("documents/<int:pk>/", detail.document_show, name="document_show"),
    path("housing/<int:pk>/", detail.housing_proof, name="housing_proof"),
]
