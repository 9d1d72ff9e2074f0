"""Steps of a sign-in that are ours."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage


class ProvenMailStage(EmailVerificationStage):
    """Asks for a code by e-mail only of an account nothing of which is proven yet: a phone is proof enough."""

    def handle(self) -> Any:
        user = self.login.user
        if user and user.phone_verified and not self.login.email:
            return None, True
        if user and not user.email and not EmailAddress.objects.filter(user=user).exists():
            return None, True
        return super().handle()
