"""Signing in and out."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yanliang.audit.trail import record

LOCKED_OUT = "连续 5 次输错，账号已锁定 15 分钟。请稍后再试，或联系系统管理员。"


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "用户名或密码不正确。连续输错 5 次将锁定 15 分钟。",
        "inactive": "该账号已停用，请联系系统管理员。",
    }


def locked_out(request: HttpRequest, response=None, credentials=None) -> HttpResponse:
    """The answer of django-axes to a locked account."""
    record("locked_out", after={"username": (credentials or {}).get("username", "")})
    if request.path.endswith("in-place/"):
        return JsonResponse({"error": LOCKED_OUT}, status=423)
    return render(
        request,
        "accounts/sign_in.html",
        {"form": SignInForm(request), "failure": LOCKED_OUT},
        status=423,
    )


def next_page(request: HttpRequest) -> str:
    """Where to go after signing in: the page that was asked for, if it is one of ours."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours else settings.LOGIN_REDIRECT_URL


def record_failure(request: HttpRequest) -> None:
    record("sign_in_failed", after={"username": request.POST.get("username", "")[:150]})


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(next_page(request))
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        record("signed_in", form.get_user(), by=form.get_user())
        return redirect(next_page(request))
    if request.method == "POST":
        record_failure(request)
    return render(
        request,
        "accounts/sign_in.html",
        {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")},
    )


@require_POST
@never_cache
def sign_in_in_place(request: HttpRequest) -> JsonResponse:
    """Sign in over a page whose session has expired; the form under it keeps what was typed.

    Only the person who opened the page may go on with it: somebody else gets 409 and starts from home.
    """
    form = SignInForm(request, request.POST)
    if not form.is_valid():
        record_failure(request)
        sentences = form.non_field_errors() or ["请填写用户名和密码。"]
        return JsonResponse({"error": sentences[0]}, status=400)
    expected = request.POST.get("expected", "")
    if expected and form.get_user().get_username() != expected:
        return JsonResponse({"error": f"此页面由“{expected}”打开，请用同一账号登录。"}, status=409)
    login(request, form.get_user())
    record("signed_in", form.get_user(), by=form.get_user())
    return JsonResponse({"csrf": request.META["CSRF_COOKIE"]})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        record("signed_out", request.user, by=request.user)
    logout(request)
    return redirect("accounts:sign_in")


@require_GET
@never_cache
def session_state(request: HttpRequest) -> JsonResponse:
    """Whether the session still stands; asked by the page before it leaves with a form."""
    return JsonResponse({"signed_in": request.user.is_authenticated})
