"""Forms of the four lists: responsible persons, paper signatures."""

from django import forms

from inspections.papers import check_paper
from reports.lists.signing import uploadable_levels
from yanliang.periods import today
from yanliang.ui.forms import DateInput


class ResponsibleForm(forms.Form):
    """Who answers for a list; `version` says what the page was opened with."""

    name = forms.CharField(
        label="责任人姓名", max_length=20, error_messages={"required": "请填写责任人姓名。"}
    )
    post = forms.CharField(
        label="职务",
        max_length=40,
        help_text="如：包村干部、村委会主任",
        error_messages={"required": "请填写责任人职务。"},
    )
    everywhere = forms.BooleanField(
        label="同时作为本村其他尚无责任人的清单的责任人", required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, for_list: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not for_list:
            del self.fields["everywhere"]


class PaperForm(forms.Form):
    """What was signed by hand on the printed list."""

    level = forms.ChoiceField(label="签字级别")
    name = forms.CharField(
        label="签字人姓名", max_length=40, error_messages={"required": "请填写签字人姓名。"}
    )
    post = forms.CharField(
        label="签字人职务", max_length=40, error_messages={"required": "请填写签字人职务。"}
    )
    signed_on = forms.DateField(
        label="签字日期", widget=DateInput(attrs={"class": "form-control"}), initial=today
    )
    scan = forms.FileField(
        label="签字页扫描件",
        validators=[check_paper],
        help_text="PDF 或 JPG、PNG 图片，不超过 20 MB",
        error_messages={"required": "请上传签字页扫描件。"},
    )

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [
            (level.value, level.label) for level in uploadable_levels(staff)
        ]
