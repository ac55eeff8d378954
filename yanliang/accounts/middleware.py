"""30-minute idle sign-out, and the first sign-in's change of password (domain rules §9)."""

from django.conf import settings
from django.contrib.auth import logout
from django.core import signing
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from yanliang.audit.trail import record
from yanliang.periods import now

SEEN_COOKIE = "seen"
#: Requests that the page makes by itself say so: they do not count as somebody working.
BACKGROUND_HEADER = "X-Background"


def wants_answer_in_place(request) -> bool:
    """Whether a script asked, which can open the sign-in over the page instead of leaving it."""
    return bool(request.htmx) or request.headers.get("X-Requested-With") == "fetch"


class IdleSignOutMiddleware:
    """Signs out who has not worked for IDLE_SIGN_OUT_SECONDS.

    When somebody was last seen stands in a signed cookie of its own, so that reading a page writes nothing.
    A script that asks without a session gets 401, upon which the page opens the sign-in in place.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and self.is_idle(request):
            record("idle_signed_out", request.user, by=request.user)
            logout(request)
        is_open = request.path.startswith(
            (reverse("accounts:sign_in"), reverse("accounts:session_state"))
        )
        if not request.user.is_authenticated and wants_answer_in_place(request) and not is_open:
            return JsonResponse({"error": "登录已超时，请重新登录。"}, status=401)
        response = self.get_response(request)
        if request.user.is_authenticated and BACKGROUND_HEADER not in request.headers:
            response.set_cookie(
                SEEN_COOKIE,
                signing.dumps([request.user.pk, now().timestamp()], salt=SEEN_COOKIE),
                httponly=True,
                samesite="Lax",
                secure=settings.HTTPS,
            )
        return response

    def is_idle(self, request) -> bool:
        cookie = request.COOKIES.get(SEEN_COOKIE)
        if cookie is None:
            # A session without the cookie is one that signed in with this very answer.
            last_login = request.user.last_login
            return last_login is None or self.has_passed(last_login.timestamp())
        try:
            staff_id, seen = signing.loads(cookie, salt=SEEN_COOKIE)
        except signing.BadSignature:
            return True
        return staff_id != request.user.pk or self.has_passed(seen)

    def has_passed(self, seen: float) -> bool:
        return now().timestamp() - seen > settings.IDLE_SIGN_OUT_SECONDS


class PasswordChangeMiddleware:
    """Leads a person with a first password to the page where it is changed, and nowhere else."""

    open_views = ("accounts:change_password", "accounts:sign_out", "accounts:session_state")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        staff = request.user
        must_change = staff.is_authenticated and staff.must_change_password
        if must_change and request.path not in map(reverse, self.open_views):
            return redirect("accounts:change_password")
        return self.get_response(request)
