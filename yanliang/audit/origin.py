"""Where an act came from: the request that is being answered, or the command line."""

from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class Origin:
    """`address` is the client's; `place` the path asked for, or the command's name."""

    staff_id: int | None = None
    address: str = ""
    place: str = ""


COMMAND_LINE = Origin(place="命令行")
current_origin: ContextVar[Origin] = ContextVar("current_origin", default=COMMAND_LINE)


def client_address(request: HttpRequest) -> str:
    """The client's address; a proxy's word is believed only where BEHIND_PROXY says that there is one."""
    if settings.BEHIND_PROXY and (forwarded := request.headers.get("X-Real-IP", "").strip()):
        return forwarded
    return request.META.get("REMOTE_ADDR", "")
