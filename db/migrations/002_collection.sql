-- What collection remembers of hosts and addresses, and the indexes by which it tells entries apart.

CREATE TABLE hosts (
  host TEXT PRIMARY KEY,
  robots TEXT,
  robots_at TEXT,
  held_until TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE former_addresses (
  url TEXT PRIMARY KEY,
  feed INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
  since TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX former_addresses_feed ON former_addresses (feed);

CREATE INDEX entries_guid ON entries (feed, guid);
CREATE INDEX entries_url ON entries (feed, url);
CREATE INDEX entries_title ON entries (feed, title) WHERE url IS NULL;
CREATE INDEX sightings_url ON sightings (url);
