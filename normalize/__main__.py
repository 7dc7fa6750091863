"""`python -m normalize` is the command `normalize`."""

from typing import NoReturn


def main() -> NoReturn:
    """Run the command. Worker processes load the script that started them: the command line is not for them."""
    from normalize.cli import main as run

    run()


if __name__ == "__main__":
    main()
