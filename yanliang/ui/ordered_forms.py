"""A list that people put in order by typing places: a form for each entry, and the formset that sorts them."""

from django import forms

MOST_PLACES = 100


class OrderedForm(forms.Form):
    """One entry; `position` counts from 1, empty puts a new entry at the end."""

    position = forms.IntegerField(
        label="位置", required=False, min_value=1, max_value=MOST_PLACES, widget=forms.NumberInput
    )

    def order(self, last: int) -> tuple[int, int]:
        """Sorts the entries: one that moved up goes before the one that has the place, one that moved down after it."""
        before = self.initial.get("position")
        place = self.cleaned_data.get("position") or before or last
        if before is None:
            return place, -1
        return place, (place > before) - (place < before)


class BaseOrderedForms(forms.BaseFormSet):
    """The whole list; each entry can be taken out (去掉)."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["DELETE"].label = "去掉"
        form.fields["DELETE"].widget.attrs |= {"class": "form-check-input"}

    @property
    def kept(self) -> list[OrderedForm]:
        """What stays, in the order that was asked for."""
        last = len(self.forms) + 1
        kept = [
            form
            for form in self.forms
            if form.has_changed() | bool(form.initial) and form not in self.deleted_forms
        ]
        return sorted(kept, key=lambda form: form.order(last))
