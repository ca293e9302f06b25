"""What is remembered: tables, engine, migrations, and the only code that writes SQL."""
