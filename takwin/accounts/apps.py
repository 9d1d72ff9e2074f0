from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "takwin.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from takwin.accounts.security import connect
        from takwin.accounts.watch import begin_watch

        connect()
        user_logged_in.connect(begin_watch, dispatch_uid="watch.begin")
