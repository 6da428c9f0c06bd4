"""Settings from a file, TOML or JSON."""

from ..foreign import document_of
from ..interfaces import WrongUse
from pathlib import Path
import tomllib


#: Larger files are a mistake.
LARGEST = 10_000_000


def read_settings(path):
    """The mapping that the file holds.

    :raises WrongUse: It cannot be read or understood; the text says where.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise WrongUse(f"{path} is larger than {LARGEST} bytes.")
        text = path.read_text(encoding="utf-8")
        read = document_of if path.suffix == ".json" else tomllib.loads
        data = read(text)
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or error
        raise WrongUse(f"{path} cannot be read: {said}.") from error
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise WrongUse(f"{path} is no {kind}: {error}.") from error
    if not isinstance(data, dict):
        raise WrongUse(f"{path} holds no table of settings.")
    return data
