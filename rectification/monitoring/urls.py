from django.urls import path

from rectification.views import monitoring_disasters, monitoring_duties, monitoring_reports

urlpatterns = [
    path("", monitoring_reports.report_list, name="report_list"),
    path("reports/new/", monitoring_reports.report_file, name="report_file"),
    path("reports/<int:pk>/", monitoring_reports.report_detail, name="report_detail"),
    path("reports/<int:pk>/answer/", monitoring_reports.report_answer, name="report_answer"),
    path("households/<int:pk>/", monitoring_reports.household_reports, name="household_reports"),
    path("disasters/", monitoring_disasters.disaster_list, name="disaster_list"),
    path("disasters/new/", monitoring_disasters.disaster_record, name="disaster_record"),
    path("disasters/<int:pk>/", monitoring_disasters.disaster_detail, name="disaster_detail"),
    path("disasters/<int:pk>/sound/", monitoring_disasters.disaster_sound, name="disaster_sound"),
    path("disasters/<int:pk>/print/", monitoring_disasters.disaster_print, name="disaster_print"),
    path("disasters/<int:pk>/void/", monitoring_disasters.disaster_void, name="disaster_void"),
    path("checks/<int:pk>/", monitoring_disasters.disaster_check, name="disaster_check"),
    path("duties/", monitoring_duties.duty_list, name="duty_list"),
    path("duties/phones/", monitoring_duties.duty_phones, name="duty_phones"),
    path("duties/<str:code>/<str:team>/", monitoring_duties.duty_edit, name="duty_edit"),
    path(
        "duties/<str:code>/<str:team>/visited/",
        monitoring_duties.duty_visited,
        name="duty_visited",
    ),
    path("duties/<str:code>/<str:team>/remove/", monitoring_duties.duty_remove, name="duty_remove"),
]
