from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "takwin.ui"
    verbose_name = "Interface"
