"""The Flask extensions of the program. Imports nothing of ours, so that every module may import it."""

import redis
from flask import current_app
from flask_appbuilder import Model
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

Model.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

db = SQLAlchemy(model_class=Model)
migrate = Migrate()
csrf = CSRFProtect()


def redis_client() -> redis.Redis:
    """Return the app's Redis client, made at first use, with one connection pool; an unreachable Redis is noticed at
    its first command. Nothing that may not be lost is stored only in Redis.
    """
    client = current_app.extensions.get("lapor_redis")
    if client is None:
        client = redis.Redis.from_url(current_app.config["REDIS_URL"], **current_app.config["REDIS_OPTIONS"])
        current_app.extensions["lapor_redis"] = client
    return client
