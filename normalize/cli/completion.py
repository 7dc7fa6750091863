"""`normalize completion`: the script that completes commands, options and their values in a shell."""

from __future__ import annotations

import click

from normalize.cli.outcome import DONE

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> int:
    """Print the script that completes `normalize` in a shell.

    \b
    Examples:
      normalize completion bash > ~/.local/share/bash-completion/completions/normalize
      normalize completion zsh > ~/.zfunc/_normalize    (with fpath+=~/.zfunc before compinit)
      normalize completion fish > ~/.config/fish/completions/normalize.fish
    """
    from click.shell_completion import get_completion_class

    from normalize.cli import COMPLETE_VARIABLE, commands

    kind = get_completion_class(shell)
    assert kind is not None, "click knows these shells"
    # Not `source()`, which runs bash to ask for its version: the script is often made where another shell runs.
    completer = kind(commands, {}, "normalize", COMPLETE_VARIABLE)
    click.echo(completer.source_template % completer.source_vars())
    return DONE
