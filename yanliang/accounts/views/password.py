"""Changing one's own password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from yanliang.audit.trail import record


class OwnPasswordForm(PasswordChangeForm):
    """A new password that is not the old one over again."""

    def clean_new_password1(self):
        new = self.cleaned_data["new_password1"]
        if new == self.cleaned_data.get("old_password"):
            raise ValidationError("新密码不能与原密码相同。")
        return new


@sensitive_post_parameters()
@login_required
def change_password(request):
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            staff = form.save(commit=False)
            staff.must_change_password = False
            staff.save()
            record("password_changed", staff, by=staff)
        update_session_auth_hash(request, staff)
        messages.success(request, "密码已修改。")
        return redirect("home")
    return render(request, "accounts/change_password.html", {"form": form})
