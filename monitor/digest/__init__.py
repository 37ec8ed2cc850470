"""The daily digest: built from the database, kept as a snapshot, rendered in five formats, delivered once."""
