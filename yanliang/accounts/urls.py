from django.urls import path

from .views import password, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/in-place/", sign_in.sign_in_in_place, name="sign_in_in_place"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("session/", sign_in.session_state, name="session_state"),
    path("password/", password.change_password, name="change_password"),
]
