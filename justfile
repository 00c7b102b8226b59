# Everything a developer does here, on one screen. `just` is optional: each line can be typed by hand.
python := justfile_directory() / ".astrohub/environments/dev/bin/python"

# Say what there is
default:
    @just --list --unsorted

# Set up and start the platform; stop it with Ctrl-C
up *options:
    ./astrohub up {{options}}

# Stop the platform
down:
    ./astrohub down

# Each part: healthy, or why not
status:
    ./astrohub status

# All tests, or one area: `just test archive`
test area="" *options:
    ./astrohub test {{ if area == "" { "" } else { "--only " + area } }} -- {{options}}

# The quick checks before a commit: ruff, mypy, the rules of the layout
check:
    {{python}} -m ruff check .
    {{python}} -m ruff format --check .
    {{python}} -m mypy hub/astrohub_hub services/archive/astrohub_archive extensions/astrohub_lab kernels/astrohub launcher/astrohub_launcher
    {{python}} -m pytest tests/architecture -q --deselect tests/architecture/test_tools.py

# Mend what ruff can mend
format:
    {{python}} -m ruff check --fix .
    {{python}} -m ruff format .

# Compile the locks in requirements/ anew; `just lock --upgrade` takes the newest versions
lock *options:
    ./astrohub lock {{options}}

# What continuous integration runs
ci:
    .ci/run
