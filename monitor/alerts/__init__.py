"""Alerts: rules of the configuration, checked after every update, each event told once."""
