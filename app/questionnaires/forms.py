"""Fields of the room's pages; shared with the preview of forms."""

from app.form_fields import NA, AnswerField, Raw, clean, form_of, raw_of, value_of

__all__ = ["NA", "AnswerField", "Raw", "clean", "form_of", "raw_of", "value_of"]
