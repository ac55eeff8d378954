"""The keeper's account pages. The keeper keeps accounts and does no business (domain rules §1)."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group

from yanliang.accounts.permissions import may_keep_accounts
from yanliang.audit.trail import record

from .models import Staff

admin.site.site_header = "系统管理"
admin.site.site_title = "系统管理"
admin.site.index_title = "账号与设置"
admin.site.has_permission = lambda request: may_keep_accounts(request.user)
admin.site.unregister(Group)

FIELDS = ("full_name", "region", "role", "department", "post", "phone", "is_active")


class StaffForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = Staff
        fields = "__all__"


class NewStaffForm(forms.ModelForm):
    """An account with a first password that its owner changes at the first sign-in."""

    first_password = forms.CharField(
        label="初始密码", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    class Meta:
        model = Staff
        fields = ["username", *FIELDS]

    def clean_first_password(self):
        from django.contrib.auth.password_validation import validate_password

        password = self.cleaned_data["first_password"]
        validate_password(password, self.instance)
        return password

    def save(self, commit=True):
        self.instance.set_password(self.cleaned_data["first_password"])
        return super().save(commit)


@admin.register(Staff)
class StaffAdmin(UserAdmin):
    form = StaffForm
    add_form = NewStaffForm
    # Django's own page for new users has an English sentence on it.
    add_form_template = None
    list_display = ["username", "full_name", "region", "role", "post", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    list_select_related = ["region"]
    search_fields = ["username", "full_name", "phone"]
    autocomplete_fields = ["region"]
    ordering = ["username"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("人员", {"fields": FIELDS}),
        ("登录", {"fields": ["must_change_password", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "first_password", *FIELDS]})]

    def has_module_permission(self, request):
        return may_keep_accounts(request.user)

    def has_view_permission(self, request, obj=None):
        return may_keep_accounts(request.user)

    has_add_permission = has_module_permission
    has_change_permission = has_view_permission

    def has_delete_permission(self, request, obj=None):
        """Accounts are switched off, never deleted: the trail names them."""
        return False

    def save_model(self, request, staff, form, change):
        staff.is_staff = staff.role == "keeper"
        before = {name: form.initial.get(name) for name in form.changed_data} if change else {}
        super().save_model(request, staff, form, change)
        hidden = {"password", "first_password"}
        record(
            "account_saved",
            staff,
            by=request.user,
            before={name: str(value) for name, value in before.items() if name not in hidden},
            after={
                name: str(form.cleaned_data[name])
                for name in form.changed_data
                if name not in hidden
            },
        )

    def user_change_password(self, request, id, form_url=""):
        """A password that the keeper sets is a first password again."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            staff = self.get_object(request, id)
            staff.must_change_password = True
            staff.save(update_fields=["must_change_password"])
            record("password_reset", staff, by=request.user)
            messages.info(request, f"{staff} 下次登录时须先改密码。")
        return response
