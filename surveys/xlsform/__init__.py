"""XLSForm in and out: the spreadsheet notation of ODK, KoboToolbox and others (xlsform.org)."""

from surveys.xlsform.reading import read_xlsform
from surveys.xlsform.writing import write_xlsform

__all__ = ["read_xlsform", "write_xlsform"]
