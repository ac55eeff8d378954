"""Monitoring reports, re-checks and duties, below rectification/monitoring/."""

urlpatterns = []
