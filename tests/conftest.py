"""What holds for all tests."""

from hypothesis import settings

settings.register_profile("crowded", deadline=None)  # an example may take long where others work, too
settings.load_profile("crowded")
