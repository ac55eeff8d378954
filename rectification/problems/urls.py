"""The problem ledger, below rectification/problems/."""

from django.urls import path

from rectification.views import problem_list

urlpatterns = [
    path("", problem_list.problem_list, name="problem_list"),
]
