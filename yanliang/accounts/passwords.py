"""Password rules of 等保2.0 level 2 (domain rules §9)."""

from django.core.exceptions import ValidationError

KINDS = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())


class ThreeKindsValidator:
    """At least three of: lower case, upper case, digits, signs."""

    required = 3

    def validate(self, password: str, user=None) -> None:
        if sum(any(map(kind, password)) for kind in KINDS) < self.required:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        return "密码须包含小写字母、大写字母、数字、符号中的至少三种。"
