"""Navigation, rights and words of the report."""

from takwin.core.contexts import Context

CONTEXT = Context(
    capabilities={
        "reporting.see": ("national", "regional", "auditor"),
    },
)
