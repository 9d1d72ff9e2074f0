"""A worker that dies: publishes a run in a process of its own and kills itself at a step. Run by test_races."""

import os
import signal
import sys


def main(ref: str, step: str) -> None:
    import django

    django.setup()
    from takwin.admissions import services
    from takwin.admissions.models import Run

    def progress(_percent: int, name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    services.publish(Run.objects.get(ref=ref), by=None, progress=progress)


if __name__ == "__main__":
    main(*sys.argv[1:])
