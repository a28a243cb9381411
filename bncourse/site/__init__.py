"""The course as pages: the readable edition."""
