"""The problem ledger, below rectification/problems/."""

urlpatterns = []
