"""Files that appear whole or not at all, and never replace earlier ones unless asked to."""

from collections.abc import Mapping
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Under a temporary name first: a reader meets the old file or the new one, never a part."""
    unfinished = path.with_suffix(path.suffix + ".unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def refuse_earlier(folder: Path | None, overwrite: bool) -> None:
    """Before a long run. FileExistsError: the folder holds something and may not be overwritten."""
    if folder is not None and not overwrite and folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; results are not overwritten unless asked to")


def write(folder: Path, contents: Mapping[str, bytes | str], overwrite: bool = False) -> list[Path]:
    """Write the files of these names into the folder, made if need be; return their paths.

    FileExistsError: one of them is there, and `overwrite` is not set; nothing is written then."""
    paths = [folder / name for name in contents]
    for path in paths:
        if path.exists() and not overwrite:
            raise FileExistsError(f"{path} exists; results are not overwritten unless asked to")
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in zip(paths, contents.values(), strict=True):
        write_whole(path, content.encode() if isinstance(content, str) else content)
    return paths
