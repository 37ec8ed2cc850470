-- The daemon as it says it is: its life, its configuration, its reader.

CREATE TABLE daemon (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  pid INTEGER NOT NULL,
  version TEXT NOT NULL,
  started_at TEXT NOT NULL,
  stopped_at TEXT,
  config_path TEXT,
  config_read_at TEXT,
  config_checked_at TEXT,
  config_error TEXT,
  reader_deaths INTEGER NOT NULL DEFAULT 0,
  reader_error TEXT,
  reading TEXT
) STRICT;
