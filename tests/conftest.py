"""Settings for all tests."""

from hypothesis import settings

# Time is measured by the benchmarks: a busy machine must not fail a law.
settings.register_profile("default", deadline=None)
settings.load_profile("default")
