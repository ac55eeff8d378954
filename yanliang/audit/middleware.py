"""Lets the trail know which request an act came from, and writes down refusals."""

from .origin import Origin, client_address, current_origin
from .trail import record


class RequestOriginMiddleware:
    """Sets the origin for the time of one request; a 403 is written to the trail."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        staff = request.user if request.user.is_authenticated else None
        token = current_origin.set(
            Origin(staff and staff.pk, client_address(request), request.path[:200])
        )
        try:
            response = self.get_response(request)
            if response.status_code == 403 and staff:
                record("refused", by=staff, after={"method": request.method})
            return response
        finally:
            current_origin.reset(token)
