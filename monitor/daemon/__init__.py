"""The daemon: one process a database, with a few scheduled jobs and a worker process that reads."""
