"""How root starts the sandbox: as nobody, with the folders that nobody may not enter opened before.

``python -m course.grade.launch ARGUMENTS FOLDERS`` becomes bubblewrap with those arguments; each of FOLDERS stands in
for its argument ``{n}``.
"""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

from course.grade import confine

NOBODY = 65534
STAGE = "/mnt"


def main() -> None:
    """Become bubblewrap, or say in its manner why not."""
    try:
        become(*map(ast.literal_eval, sys.argv[1:]))
    except OSError as error:
        sys.exit(f"bwrap: as root: {error}")


def become(arguments: list[str], folders: list[str]) -> None:
    """Bind the folders below one that everybody may enter, in mounts of this process alone, drop root, and start.

    Raises:
        OSError: The system refuses.
    """
    confine.unshare(confine.NEWNS)
    confine.private()
    opened = [os.open(folder, os.O_PATH | os.O_CLOEXEC) for folder in folders]  # before the stage hides any
    confine.mount("tmpfs", STAGE, "tmpfs", 0, "size=1m,mode=0755")
    for number, (folder, handle) in enumerate(zip(folders, opened, strict=True)):
        place = Path(STAGE, str(number))
        place.mkdir() if Path(folder).is_dir() else place.touch()
        confine.bind(f"/proc/self/fd/{handle}", str(place))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    os.chdir("/")
    names = {f"{{{number}}}": f"{STAGE}/{number}" for number in range(len(folders))}
    os.execvp("bwrap", [names.get(argument, argument) for argument in arguments])  # noqa: S606


if __name__ == "__main__":
    main()
