"""A new gradebook, with the tables and the version that nbgrader gives to one.

nbgrader asks a program for the version, ``alembic``, which takes five seconds and has to be on the PATH; here the
same is read in this process.
"""

from nbgrader.api import Base
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine, inspect, text


def prepare(url):
    """Make the tables of a gradebook in an empty or missing database, and leave every other as it is.

    Parameters
    ----------
    url : str
        As nbgrader's ``db_url``.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database does not answer or may not be written to.
    """
    engine = create_engine(url)
    try:
        if inspect(engine).get_table_names():
            return
        from alembic.script import ScriptDirectory  # half a second, and only for a new one

        newest = ScriptDirectory(ALEMBIC_DIR).get_current_head()
        with engine.begin() as connection:
            Base.metadata.create_all(connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest})
    finally:
        engine.dispose()
