"""Pages of the portal and the desk."""
