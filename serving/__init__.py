"""A bundle becomes scores with reasons over HTTP.

A request comes in by ``edge`` (host, key, one line of the log), ``limits`` (size, room, turn) and
``dispatch`` (which route). The routes stand in ``api``, ``report_routes``, ``call_routes`` and ``pages``;
what they need lies on the ``desk``: ``champions``, loaded from the verified ``cache``, ``reports``, and
the ``books``: audit log, ``journal``, ``metrics``. ``answers``, ``ranking`` and ``what_if`` answer
without knowing of HTTP. ``refresh`` fills the cache in a process of its own, and ``launch`` starts
everything.
"""
