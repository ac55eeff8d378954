"""Supervision visits, below rectification/visits/."""

urlpatterns = []
