"""Bring database, static files, reference data and demo up to date, for `make run`.

Does only what is needed and all in one process, so that a second start is quick.
"""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def migrate() -> None:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        say(f"      执行 {len(pending)} 个迁移 …")
        call_command("migrate", interactive=False, verbosity=0)


def static_digest() -> str:
    """Return a digest of every static file that the program would collect: names and contents."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            with storage.open(name) as file:
                digest.update(
                    f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode()
                )
    return digest.hexdigest()


def collect_static() -> None:
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(f"{root.name}.sha256")
    digest = static_digest()
    if root.is_dir() and stamp.exists() and stamp.read_text() == digest:
        return
    say("      压缩样式和脚本 …")
    # Away with the stamp first: an interrupted collection must not pass for a finished one.
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest)


def main() -> None:
    say("[3/6] 检查数据库 …")
    migrate()
    say("[4/6] 检查页面资源 …")
    collect_static()
    say("[5/6] 检查基础数据 …")
    call_command("load_reference")
    if os.environ.get("DEMO", "1") != "0":
        call_command("load_demo", small=True, if_empty=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanliang.settings")
    django.setup()
    try:
        main()
    except CommandError as error:
        sys.exit(f"准备数据时出错：{error}")
