"""Reference tables for the keeper, read-only: they are loaded from fixtures."""

from django.contrib import admin

from households.models import HouseholdClass, Region
from yanliang.accounts.permissions import may_keep_accounts


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_module_permission(self, request):
        return may_keep_accounts(request.user)

    def has_view_permission(self, request, obj=None):
        return may_keep_accounts(request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "level"]
    list_filter = ["level"]
    search_fields = ["code", "name"]


@admin.register(HouseholdClass)
class HouseholdClassAdmin(ReadOnlyAdmin):
    list_display = ["precedence", "name", "group", "department", "cleared_by"]
