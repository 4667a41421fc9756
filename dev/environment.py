"""Make the virtual environment from the lock. Standard library only, and old syntax: it has to run, and to say what
is wrong, on a Python that is too old for everything else.

Use: ``python3 dev/environment.py [VENV]`` (the Makefile does).
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCK = os.path.join(TOP, "requirements.lock")


def main(venv):
    # type: (str) -> int
    if installed(venv):
        return 0
    python = find_python()
    if python is None:
        return fail(
            "Twinline needs Python {0}.{1} or newer and found {2}.{3} only. "
            "Install a newer one, or name it: make run PYTHON=/path/to/python3.11".format(
                *OLDEST + sys.version_info[:2]
            )
        )
    inside = os.path.join(venv, "bin", "python")
    if not usable(inside):
        say("Creating the environment in {0} ...".format(os.path.relpath(venv)))
        made = subprocess.run([python, "-m", "venv", "--clear", venv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode != 0:
            sys.stderr.write(made.stdout.decode(errors="replace"))
            return fail("Python could not create an environment. On Debian and Ubuntu: apt-get install python3-venv")
    say("Installing what requirements.lock names (once; about a minute) ...")
    command = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", LOCK]
    if subprocess.call(command) != 0:
        return fail("The packages could not be installed. Is the package index reachable? pip's own words stand above.")
    with open(stamp(venv), "w") as file:
        file.write(digest())
    return 0


def find_python():
    # type: () -> str | None
    """This Python where it is new enough, else a newer one on the path."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for minor in range(14, OLDEST[1] - 1, -1):
        found = shutil.which("python3.{0}".format(minor))
        if found and usable(found):
            return found
    return None


def usable(python):
    # type: (str) -> bool
    """Whether this interpreter runs and is new enough. A moved environment or a shim without a version is not."""
    check = "import sys; sys.exit(sys.version_info < {0!r})".format(OLDEST)
    try:
        return subprocess.call([python, "-c", check], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def installed(venv):
    # type: (str) -> bool
    """Whether the environment holds just this lock."""
    try:
        with open(stamp(venv)) as file:
            return file.read() == digest() and usable(os.path.join(venv, "bin", "python"))
    except OSError:
        return False


def stamp(venv):
    # type: (str) -> str
    return os.path.join(venv, "installed")


def digest():
    # type: () -> str
    with open(LOCK, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def say(words):
    # type: (str) -> None
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def fail(words):
    # type: (str) -> int
    sys.stderr.write(words + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(TOP, ".venv"))))
