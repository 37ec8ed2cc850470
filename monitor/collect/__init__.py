"""Collection: feeds are polled, their entries kept, and each entry's article found.

Four stages: *retrieve* (``client``: the only network I/O), *parse* (``parse`` and what it calls: pure),
*decide* (``schedule``, ``faults``, ``identity``: pure, with the time given) and *store* (``db.collection``).
``poll`` and ``fetch`` put them together.
"""
