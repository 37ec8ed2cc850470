"""The demo: six invented outlets, their feeds and pages, served from loopback to the real pipeline."""
