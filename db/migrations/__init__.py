"""The schema through time. The program brings its database up to ``HEAD`` by itself.

While 0.1 is unreleased there is one migration, made from the models: after a change in
``db/models`` run ``python -m db.migrations.regenerate``, and ``python -m db.migrations.check`` says
whether it is in step. From the first release on, a change gets a migration of its own:
``python -m db.migrations.regenerate --add "what changed"``, with the next number.
"""

#: The newest revision, kept here so that opening a database needs no Alembic; a test compares them.
HEAD = "0001"
