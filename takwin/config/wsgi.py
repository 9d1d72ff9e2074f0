"""The WSGI door."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "takwin.config.settings")
application = get_wsgi_application()

from takwin.core.keys import require_keys  # noqa: E402 - models are ready only now

require_keys()
