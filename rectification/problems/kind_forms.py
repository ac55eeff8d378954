"""The form of a 问题类别."""

from django import forms

from rectification.models import ProblemKind
from rectification.problems.kinds import FIELDS, digest_of


class KindForm(forms.ModelForm):
    """A new kind, or another reading of one; `shown` tells what the page was opened with."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = ProblemKind
        fields = FIELDS
        widgets = {"measure": forms.Textarea(attrs={"rows": 2})}
        labels = {"is_active": "启用（停用后不能再登记这一类问题，已登记的照常整改）"}
        help_texts = {
            "code": "英文字母、数字、下划线，导入导出用；保存后不能更改",
            "is_house": "申请销号时须有整改前、整改后照片各一张",
            "fact": "选定后，自动核对按此登记这一类问题，情况消除前不能销号。"
            "取消后，已登记的问题改由人工判断是否整改到位",
            "measure": "登记问题时自动带出，可以修改",
            "position": "数字小的排在前面",
        }

    def __init__(self, *args, instance: ProblemKind, **kwargs):
        super().__init__(*args, instance=instance, **kwargs)
        self.fields["shown"].initial = digest_of(instance)
        if instance.pk is not None:
            self.fields["code"].disabled = True

    def see(self, kind: ProblemKind) -> None:
        """Let the person, who was told what `kind` is now, save all the same."""
        self.data = self.data.copy()
        self.data[self.add_prefix("shown")] = digest_of(kind)
