"""Pages of this room."""

from flask import Blueprint

bp = Blueprint("waves", __name__, url_prefix="/waves")
