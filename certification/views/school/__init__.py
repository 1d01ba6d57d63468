"""The portal for medical schools (R-PSV-4, R-PSV-5)."""
