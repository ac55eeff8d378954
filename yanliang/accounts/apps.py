from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "yanliang.accounts"
    label = "accounts"
    verbose_name = "账号"
