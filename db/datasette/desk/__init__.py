"""newsgauge's own pages in Datasette: overview, article, company, theme, facts, search."""
