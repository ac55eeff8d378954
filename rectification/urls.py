from django.urls import include, path

from rectification.views import acts, corrections, detail, housing, lists, subsidy, trail

app_name = "rectification"
urlpatterns = [
    path("problems/", include("rectification.problems.urls")),
    path("visits/", include("rectification.supervision.urls")),
    path("monitoring/", include("rectification.monitoring.urls")),
    path("", lists.renovation_list, name="renovation_list"),
    path("export/", lists.renovation_export, name="renovation_export"),
    path("unplanned/", lists.unplanned_list, name="unplanned_list"),
    path("unproved/", housing.unproved_list, name="unproved_list"),
    path("households/<int:pk>/", detail.household_renovations, name="household_renovations"),
    path("households/<int:pk>/plan/", acts.renovation_plan, name="renovation_plan"),
    path("households/<int:pk>/secure/", housing.housing_secure, name="housing_secure"),
    path("households/<int:pk>/prove/", housing.housing_prove, name="housing_prove"),
    path("households/<int:pk>/trail/", trail.household_trail, name="household_trail"),
    path("<int:pk>/", detail.renovation_detail, name="renovation_detail"),
    path("<int:pk>/edit/", acts.renovation_edit, name="renovation_edit"),
    path("<int:pk>/start/", acts.renovation_start, name="renovation_start"),
    path("<int:pk>/finish/", acts.renovation_finish, name="renovation_finish"),
    path("<int:pk>/cancel/", acts.renovation_cancel, name="renovation_cancel"),
    path("<int:pk>/accept/", acts.acceptance_record, name="acceptance_record"),
    path("<int:pk>/old-house/", acts.old_house_demolish, name="old_house_demolish"),
    path("<int:pk>/subsidy/", subsidy.subsidy_pay, name="subsidy_pay"),
    path("<int:pk>/correct/", corrections.renovation_correct, name="renovation_correct"),
    path("<int:pk>/photos/", acts.photos_add, name="photos_add"),
    path("<int:pk>/documents/", acts.document_add, name="document_add"),
    path("documents/<int:pk>/", detail.document_show, name="document_show"),
    path("documents/<int:pk>/void/", corrections.document_void, name="document_void"),
    path("photos/<int:pk>/void/", corrections.photo_void, name="photo_void"),
    path(
        "acceptances/<int:pk>/withdraw/",
        corrections.acceptance_withdraw,
        name="acceptance_withdraw",
    ),
    path("payments/<int:pk>/", subsidy.payment_paper, name="payment_paper"),
    path("payments/<int:pk>/void/", subsidy.payment_void, name="payment_void"),
    path("housing/<int:pk>/", housing.housing_proof, name="housing_proof"),
    path("housing/<int:pk>/replace/", housing.housing_replace, name="housing_replace"),
]
