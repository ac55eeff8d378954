from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "yanliang.ui"
    label = "ui"
    verbose_name = "界面"
