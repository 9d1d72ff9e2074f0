"""Every read of guidance, by noun."""
