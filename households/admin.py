"""Reference tables for the keeper's eyes: loaded by `manage.py load_reference`, changed by nobody here."""

from django.contrib import admin

from households.models import ClassScheme, HouseholdClass, Region
from yanliang.accounts.permissions import may_keep_accounts


class ReadOnlyAdmin(admin.ModelAdmin):
    """Pages that only show, to the keeper alone."""

    def has_module_permission(self, request) -> bool:
        return may_keep_accounts(request.user)

    def has_view_permission(self, request, obj=None) -> bool:
        return may_keep_accounts(request.user)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "short_name", "level", "parent")
    list_filter = ("level",)
    search_fields = ("code", "name")


@admin.register(ClassScheme)
class ClassSchemeAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "valid_from", "valid_to")


@admin.register(HouseholdClass)
class HouseholdClassAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "group",
        "precedence",
        "department",
        "cleared_by",
        "valid_from",
        "valid_to",
    )
