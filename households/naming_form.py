"""The form for names that belong to places."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django import forms

from households.models import Region
from households.naming import Conflict, Typed
from households.roster import cleaning
from households.roster.cleaning import CellFault
from yanliang.ui.forms import TextInput


class NameRow(NamedTuple):
    """A line of the page; `shown` is repeated to tell what it was opened with."""

    place: Region
    field: forms.BoundField
    shown: str


class NamesForm(forms.Form):
    """The names in `field` of several places, an entry for each; `shown-…` repeats what the page was opened with."""

    def __init__(self, data=None, *, places: Sequence[Region], field: str):
        super().__init__(data)
        self.places, self.field = places, field
        self.found: dict[str, str] = {}
        for place in places:
            self.fields[place.code] = forms.CharField(
                label=str(place),
                required=False,
                max_length=20,
                initial=getattr(place, field),
                widget=TextInput,
            )

    def clean(self):
        chosen = super().clean()
        for code, typed in list(chosen.items()):
            name = cleaning.helper_name(typed)
            if isinstance(name, CellFault):
                self.add_error(code, "应为一个人的姓名（2–20 个汉字）；没有的留空。")
            else:
                chosen[code] = name
        return chosen

    @property
    def typed(self) -> dict[str, Typed]:
        """By code, for the places whose field was sent."""
        return {
            code: Typed(self.cleaned_data[code], self.data.get(f"shown-{code}", ""))
            for code in self.fields
            if code in self.data
        }

    def tell(self, conflict: Conflict) -> None:
        """Say what others have written meanwhile; saving once more writes what stands here."""
        self.found = dict(conflict.found)
        for code, name in self.found.items():
            now_is = f"已由他人改为“{name}”" if name else "已由他人清空"
            self.add_error(code, f"{now_is}。这里是您填写的；再保存一次就以您填写的为准。")

    @property
    def rows(self) -> Iterator[NameRow]:
        for place in self.places:
            code = place.code
            sent = self.data.get(f"shown-{code}", getattr(place, self.field))
            yield NameRow(place, self[code], self.found.get(code, sent))

    @property
    def named(self) -> int:
        """How many of the places have a name."""
        return sum(1 for place in self.places if getattr(place, self.field))
