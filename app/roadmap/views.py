"""Pages of this room."""

from flask import Blueprint

bp = Blueprint("roadmap", __name__, url_prefix="/roadmap")
