"""What the system says of a file or a disk, in Russian: an error line is read by a methodologist."""

import errno

WORDS = {
    errno.ENOENT: "нет такого файла или папки",
    errno.EACCES: "нет права доступа",
    errno.EPERM: "нет права доступа",
    errno.EROFS: "диск открыт только для чтения",
    errno.ENOSPC: "на диске кончилось место",
    errno.EDQUOT: "исчерпана квота на диске",
    errno.EISDIR: "это папка, а не файл",
    errno.ENOTDIR: "часть пути — файл, а не папка",
    errno.ENAMETOOLONG: "слишком длинное имя файла",
    errno.EIO: "сбой чтения или записи диска",
}


def disk_problem(error: OSError) -> str:
    """The reason in Russian; what is rare is told in the system's own words."""
    return WORDS.get(error.errno or 0) or error.strerror or str(error)
