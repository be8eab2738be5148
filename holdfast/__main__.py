"""The command line: one verb per thing that a person or a supervisor starts.

Every command leaves through `os._exit` after flushing what it wrote. Native threads of the Temporal client and of CEL
may still run while the interpreter takes itself apart, and then about one process in ten dies with a signal after it
did all its work (measured): a supervisor would start it again, and a script would believe that it failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from holdfast import __version__
from holdfast.identity_settings import Unsafe
from holdfast.settings import Settings

cli = typer.Typer(
    name="holdfast",
    help="Processes in which people, AI and machines take turns, for as long as they take.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

new = typer.Typer(help="Write what a developer begins with.", no_args_is_help=True)
cli.add_typer(new, name="new")

admin = typer.Typer(help="The first administrator.", no_args_is_help=True)
cli.add_typer(admin, name="admin")

secrets = typer.Typer(help="The key that secrets are sealed with.", no_args_is_help=True)
cli.add_typer(secrets, name="secrets")

Modules = Annotated[
    list[str] | None, typer.Option("--import", help="Module whose @action functions the worker offers.")
]
Queue = Annotated[
    str, typer.Option("--queue", help="Serve only actions of this task queue, those of --import among them; no runs.")
]
Person = Annotated[str, typer.Argument(help="Id of the person.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="Role of a new person; may be repeated.")]
Teams = Annotated[list[str] | None, typer.Option("--team", help="Team of a new person; may be repeated.")]


@cli.command()
def run() -> None:
    """Start everything on this machine: Temporal, database, worker, API, demo. Ctrl-C stops it."""
    from holdfast.stack import CannotRun, Stack

    try:
        code = Stack(Settings()).run()
    except CannotRun as error:
        raise SystemExit(f"holdfast: {error}") from None
    raise SystemExit(code)


@cli.command()
def worker(modules: Modules = None, queue: Queue = "") -> None:
    """Serve runs and effects from the task queue until asked to stop; or, with --queue, only actions of another one."""
    from holdfast.installed import CannotOffer
    from holdfast.loop import run
    from holdfast.processes import serve_worker

    try:
        run(serve_worker(_logging(), modules or (), queue))
    except CannotOffer as error:
        raise SystemExit(f"holdfast: {error}") from None


@cli.command()
def api() -> None:
    """Serve the HTTP API until asked to stop."""
    from holdfast.loop import run
    from holdfast.processes import serve_api

    run(serve_api(_logging()))


@cli.command()
def migrate() -> None:
    """Bring database and Temporal up to this release: tables, built-in roles, search attributes. Safe to repeat."""
    from holdfast.operations import migrate_all

    asyncio.run(migrate_all(_logging()))


@cli.command(hidden=True)
def prepare() -> None:
    """What `run` does before it starts anything: the tables, and for the demo its records and people."""
    from holdfast.operations import prepare_stack

    asyncio.run(prepare_stack(_logging()))


@cli.command(hidden=True)
def demo() -> None:
    """What `run` does when everything is up: publish the refund and start one."""
    from holdfast.demo import publish_demo

    publish_demo(_logging())


@cli.command()
def publish(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)]) -> None:
    """Publish definitions through the API, as the owner of HOLDFAST_TOKEN."""
    from holdfast.operations import publish_files

    for line in publish_files(Settings(), files, os.environ.get("HOLDFAST_TOKEN", "")):
        typer.echo(line)


@cli.command()
def token(person: Person, roles: Roles = None, teams: Teams = None) -> None:
    """Print a new API token of a person, who is added first where there is none."""
    from holdfast.operations import token_for

    typer.echo(asyncio.run(token_for(_logging(), person, roles or (), teams or ())))


@cli.command()
def rebuild(
    from_histories: Annotated[
        bool, typer.Option("--from-histories", help="First write the events that are missing, from histories.")
    ] = False,
    only: Annotated[str, typer.Option("--run", help="With --from-histories: only this run.")] = "",
) -> None:
    """Drop the read model and fold it again from the events."""
    from holdfast.operations import rebuild_all

    settings = _logging()
    if from_histories:
        from holdfast.proofs import rebuild_from_histories

        raise SystemExit(asyncio.run(_said(rebuild_from_histories(settings, only))))
    said, code = asyncio.run(rebuild_all(settings))
    typer.echo(said)
    raise SystemExit(code)


@cli.command()
def verify(
    only: Annotated[str, typer.Option("--run", help="Only this run.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every run, the activity log and the anchors.")] = False,
) -> None:
    """Prove the record: chains of events, histories, anchors and the log. Names what is wrong (exit code 1)."""
    from holdfast.proofs import verify_all

    if bool(only) == everything:
        raise SystemExit("holdfast: say --run RUN, or --all")
    raise SystemExit(asyncio.run(_said(verify_all(_logging(), only))))


@cli.command()
def replay(
    files: Annotated[list[Path] | None, typer.Argument(exists=True, dir_okay=False, readable=True)] = None,
    of_server: Annotated[bool, typer.Option("--open", help="Replay every open run of the task queue.")] = False,
) -> None:
    """Replay histories against this code and name those that would break (exit code 1). Before each deploy."""
    from holdfast.replays import replay_all

    if not files and not of_server:
        raise SystemExit("holdfast: name files with histories, or say --open")
    said, code = asyncio.run(replay_all(_logging(), files or (), of_server))
    typer.echo("\n".join(said))
    raise SystemExit(code)


@cli.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from holdfast.operations import openapi_text

    sys.stdout.write(openapi_text())


@new.command("action")
def new_action(
    name: Annotated[str, typer.Argument(help="Its name, such as shop.ship.")],
    folder: Annotated[Path, typer.Option("--in", help="Folder to write into.", file_okay=False)] = Path(),
) -> None:
    """Write an action that works, and its test. Nothing is overwritten."""
    from holdfast.developing import CannotWrite, new_action

    try:
        typer.echo("\n".join(new_action(name, folder)))
    except CannotWrite as error:
        raise SystemExit(f"holdfast: {error}") from None


@admin.command("create")
def create_admin(
    person: Person,
    again: Annotated[bool, typer.Option("--again", help="Also where there is an administrator already.")] = False,
) -> None:
    """Add the first administrator, and print the link of one use that sets their password."""
    from holdfast.keeping import CannotKeep, first_admin

    try:
        typer.echo(asyncio.run(first_admin(_logging(), person, again)))
    except CannotKeep as error:
        raise SystemExit(f"holdfast: {error}") from None


@secrets.command("rotate")
def rotate_secrets(
    forget: Annotated[bool, typer.Option("--forget", help="Take the keys of before out of the file.")] = False,
) -> None:
    """Seal every secret anew: with a new key of the file, or the first of HOLDFAST_SECRET_KEY."""
    from holdfast.keeping import rotate_secrets

    said, code = asyncio.run(rotate_secrets(_logging(), forget))
    typer.echo(said)
    raise SystemExit(code)


@cli.command()
def actions() -> None:
    """List the registered actions, and which live worker serves each."""
    from holdfast.developing import actions_listed

    typer.echo("\n".join(asyncio.run(actions_listed(_logging()))))


@cli.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


async def _said(lines: AsyncIterator[tuple[str, bool]]) -> int:
    """Prints what comes, and gives the exit code: 1 where anything was wrong."""
    code = 0
    async for line, right in lines:
        typer.echo(line)
        code = code if right else 1
    return code


def _logging() -> Settings:
    """The settings, with logging set up as they say."""
    from holdfast.logs import set_up_logging

    settings = Settings()
    set_up_logging(settings.log_level, settings.log_format)
    return settings


def main() -> None:
    """Runs one command and leaves the process at once, with its exit code."""
    _leave(_code_of(cli))


def _code_of(command: Callable[[], Any]) -> int:
    try:
        command()
    except SystemExit as leaving:
        return _exit_code(leaving.code)
    except ValidationError as error:
        problems = "\n".join(f"  HOLDFAST_{_name(each['loc'])}: {each['msg']}" for each in error.errors())
        return _exit_code(f"holdfast: settings that cannot be read:\n{problems}")
    except Unsafe as error:
        return _exit_code("\n".join(f"holdfast: {line}" for line in str(error).splitlines()))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        import structlog

        structlog.get_logger("holdfast").exception("command_failed")
        return _exit_code(f"holdfast: {type(error).__name__}: {error}")
    return 0


def _exit_code(code: object) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return 1


def _name(location: tuple[int | str, ...]) -> str:
    return "__".join(str(part).upper() for part in location)


def _leave(code: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 1
    os._exit(code)


if __name__ == "__main__":
    main()
