from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "takwin.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from takwin.accounts.security import connect

        connect()
