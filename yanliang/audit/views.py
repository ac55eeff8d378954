"""Reading the trail."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yanliang.accounts.enums import Role
from yanliang.accounts.permissions import may_read_trail
from yanliang.periods import end_of
from yanliang.ui.forms import DateInput, Select, TextInput
from yanliang.ui.pagination import paginate

from .models import Entry
from .trail import ACT_LABELS, in_words


class TrailFilter(forms.Form):
    act = forms.ChoiceField(
        label="操作",
        required=False,
        choices=lambda: [("", "全部"), *ACT_LABELS.items()],
        widget=Select,
    )
    staff = forms.CharField(label="操作人或用户名", required=False, max_length=40, widget=TextInput)
    first = forms.DateField(label="自", required=False, widget=DateInput)
    last = forms.DateField(label="至", required=False, widget=DateInput)

    def apply(self, entries):
        found = self.cleaned_data if self.is_valid() else {}
        if act := found.get("act"):
            entries = entries.filter(act=act)
        if name := found.get("staff"):
            entries = entries.filter(staff_name__contains=name) | entries.filter(
                staff__username=name
            )
        if first := found.get("first"):
            entries = entries.filter(at__date__gte=first)
        if last := found.get("last"):
            entries = entries.filter(at__lt=end_of(last))
        return entries


def readable_entries(staff):
    """The keeper answers for the whole trail (domain rules §9); others read what belongs to their region."""
    if staff.role == Role.KEEPER:
        return Entry.objects.all()
    return Entry.objects.visible_to(staff)


@login_required
@require_GET
def entry_list(request):
    if not may_read_trail(request.user):
        raise PermissionDenied
    form = TrailFilter(request.GET or None)
    entries = form.apply(readable_entries(request.user).select_related("staff"))
    page = paginate(request, entries.order_by("-number"))
    for entry in page:
        entry.label = ACT_LABELS.get(entry.act, entry.act)
        entry.was, entry.became = in_words(entry.before), in_words(entry.after)
    return render(request, "audit/entry_list.html", {"form": form, "page": page})
