"""Forms of monitoring: a report, its answer, a disaster, a re-check, a duty."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django import forms

from households.enums import Structure
from households.filters import Place
from households.forms import past_date, reason_field
from households.models import Region
from rectification.enums import CheckState, DisasterKind, ReportState, Team
from rectification.models import MonitoringDuty, MonitoringReport
from rectification.monitoring.disasters import Disaster
from rectification.monitoring.duties import DUTY_FIELDS
from rectification.monitoring.rechecking import FOUND, Look
from rectification.monitoring.reporting import Doubt, problem_kinds
from yanliang.accounts.enums import RegionLevel, Role
from yanliang.periods import today
from yanliang.ui.forms import DateInput, TextInput

#: Six places are a tenth of a metre.
DEGREES = Decimal("0.000001")
#: Proposed for a re-check after a disaster, in days.
CHECK_DAYS = 7


class DegreesField(forms.DecimalField):
    """An angle of WGS-84 with as many places as are kept; a phone gives more."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **options):
        super().__init__(required=False, min_value=-180, max_value=180, **options)

    def clean(self, value):
        angle = super().clean(value)
        return angle if angle is None else angle.quantize(DEGREES)


def usual_team(staff) -> str:
    """The team of the account's last report; before the first, what its role makes likely."""
    last = MonitoringReport.objects.filter(reported_by=staff).values_list("team", flat=True)
    return last.first() or (Team.GROUP if staff.role == Role.VILLAGE else Team.OFFICE)


class ReportForm(forms.Form):
    """What somebody saw at a doubtful house."""

    description = forms.CharField(
        label="看到的情况",
        max_length=500,
        widget=forms.Textarea(
            attrs={"rows": 4, "placeholder": "如：后墙裂缝约两指宽，下雨渗水，老人仍住在里面"}
        ),
        error_messages={"required": "请写明看到的情况：哪个部位、什么样、多严重。"},
    )
    seen_on = past_date("发现日期")
    team = forms.ChoiceField(label="监测人员类别", choices=Team.choices)
    reporter = forms.CharField(
        label="报告人", max_length=20, error_messages={"required": "请填写报告人姓名。"}
    )
    latitude = DegreesField(label="纬度", help_text="如 34.662000")
    longitude = DegreesField(label="经度", help_text="如 109.226000")

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].initial = usual_team(staff)
        self.fields["reporter"].initial = staff.full_name

    @property
    def doubt(self) -> Doubt:
        return Doubt(**self.cleaned_data | {"team": Team(self.cleaned_data["team"])})


#: How a report can be answered, as the form says it.
OUTCOMES = {
    ReportState.WARNED: "登记新险情：该户改为“疑似不安全”，报区局鉴定",
    ReportState.PROBLEM: "登记为问题：进入问题台账，限期整改",
    ReportState.SOUND: "查看后无险情",
}


class AnswerForm(forms.Form):
    """What a report comes to; `closed` names outcomes that are not to be had now."""

    outcome = forms.ChoiceField(label="处置结果", error_messages={"required": "请选择处置结果。"})
    kind = forms.ModelChoiceField(
        label="问题类别", queryset=None, required=False, empty_label="（登记为问题时选择）"
    )
    explanation = forms.CharField(
        label="处置说明",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="“查看后无险情”必须说明谁查看的、看到什么；其他可以不填",
    )

    def __init__(self, *args, closed: Iterable[str] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = problem_kinds()
        self.fields["outcome"].choices = [
            (state.value, label) for state, label in OUTCOMES.items() if state not in closed
        ]

    def clean_explanation(self) -> str:
        return self.cleaned_data["explanation"].strip()

    def clean(self):
        chosen = super().clean()
        match chosen.get("outcome"):
            case ReportState.PROBLEM if "kind" not in self.errors and not chosen.get("kind"):
                self.add_error("kind", "请选择问题类别。")
            case ReportState.SOUND if not chosen.get("explanation"):
                self.add_error("explanation", "请说明谁查看的、看到什么，为什么没有险情。")
        return chosen


class AreasField(forms.MultipleChoiceField):
    """The whole district, offices and villages, each village under its office: `wholes` and `groups` for a template."""

    def __init__(self, **options):
        super().__init__(error_messages={"required": "请选择受影响的街办或村。"}, **options)

    def offer(self, places: Iterable[Place]) -> None:
        at: dict[int, list[Place]] = {}
        for place in places:
            at.setdefault(place.level, []).append(place)
        self.wholes = at.get(RegionLevel.DISTRICT, [])
        self.groups = [
            (
                office,
                [
                    each
                    for each in at.get(RegionLevel.VILLAGE, [])
                    if each.office_code == office.code
                ],
            )
            for office in at.get(RegionLevel.OFFICE, [])
        ]
        offered = [
            *self.wholes,
            *(each for office, under in self.groups for each in (office, *under)),
        ]
        self.choices = [(each.code, str(each)) for each in offered]


class DisasterForm(forms.Form):
    """What happened, and where houses are to be seen again; offers the places that the person sees."""

    kind = forms.ChoiceField(label="灾种", choices=[("", "请选择"), *DisasterKind.choices])
    name = forms.CharField(
        label="名称",
        max_length=60,
        help_text="如：5月8日关山暴雨",
        error_messages={"required": "请填写名称，如“5月8日暴雨”。"},
    )
    happened_on = past_date("发生日期")
    check_by = forms.DateField(label="复查时限", widget=DateInput(attrs={"class": "form-control"}))
    areas = AreasField(label="受影响的街办、村")
    structures = forms.MultipleChoiceField(
        label="房屋结构",
        choices=Structure.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    note = forms.CharField(label="说明", max_length=300, required=False)
    #: The number of households that the preview showed; empty asks for a preview.
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["check_by"].initial = today() + dt.timedelta(days=CHECK_DAYS)
        places = Region.objects.visible_to(staff).order_by("code").values_list(*Place._fields)
        self.fields["areas"].offer(map(Place._make, places))

    @property
    def disaster(self) -> Disaster:
        chosen = {name: value for name, value in self.cleaned_data.items() if name != "expected"}
        return Disaster(**chosen | {"kind": DisasterKind(chosen["kind"])})


class LookForm(forms.Form):
    """What was found at one household after a disaster."""

    state = forms.ChoiceField(
        label="复查结果",
        choices=[(state.value, state.label) for state in CheckState if state in FOUND],
        error_messages={"required": "请选择复查结果。"},
    )
    checked_on = past_date("复查日期")
    checker = forms.CharField(
        label="复查人", max_length=20, error_messages={"required": "请填写复查人姓名。"}
    )
    note = forms.CharField(
        label="情况",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="有疑点的必须写明哪个部位、什么样、多严重",
    )
    team = forms.ChoiceField(
        label="监测人员类别", choices=Team.choices, help_text="有疑点时写入监测报告"
    )

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checker"].initial = staff.full_name
        self.fields["team"].initial = usual_team(staff)

    @property
    def look(self) -> Look:
        chosen = self.cleaned_data
        return Look(**chosen | {"state": CheckState(chosen["state"]), "team": Team(chosen["team"])})


class SoundForm(forms.Form):
    """未见险情 at the households that are ticked."""

    checked_on = past_date("复查日期")
    checker = forms.CharField(
        label="复查人",
        max_length=20,
        widget=TextInput,
        error_messages={"required": "请填写复查人姓名。"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checked_on"].widget = DateInput()


class VoidForm(forms.Form):
    reason = reason_field("作废理由")


class DutyForm(forms.ModelForm):
    """Who watches at one place for one team; `version` is that of the record as the page showed it."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = MonitoringDuty
        fields = DUTY_FIELDS
        widgets = {"last_visit_on": DateInput(attrs={"class": "form-control"})}
        help_texts = {"last_visit_on": "没有巡查过的留空"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version if self.instance.pk else 0

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in DUTY_FIELDS}


class VisitedForm(forms.Form):
    on = past_date("巡查日期")


class RemovalForm(forms.Form):
    reason = reason_field("取消理由")
    version = forms.IntegerField(widget=forms.HiddenInput)
