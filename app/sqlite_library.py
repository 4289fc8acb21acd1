"""One SQLite library for the whole program: that of the package pysqlite3 where it is installed, else Python's own.

Python brings the system's library, on most servers one with the WAL-reset bug; the package brings a newer one, with
which writers and readers do not wait for each other. Two libraries must never have the same file open.
"""

try:
    from pysqlite3 import dbapi2 as sqlite3
except ImportError:
    import sqlite3

__all__ = ["sqlite3"]
