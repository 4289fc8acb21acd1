"""The staff base: people's posts and vacancies of schools."""

from flask import Blueprint

bp = Blueprint("staff", __name__, url_prefix="/staff")
