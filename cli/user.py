"""voc user: accounts of people who work with the system."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.asking import by_person
from cli.output import as_json, as_table, console
from models import trail
from models.cases import queueing
from models.engine import migrate, transaction
from models.people import accounts, factors, vouching
from settings import asset_text
from voc.errors import InputError
from voc.queueing import skills_of
from voc.reading.taxonomy import parse_taxonomy
from voc.roles import ROLES

user = typer.Typer(no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="登录名")]
Roles = Annotated[
    list[str], typer.Option("--role", help="角色，可多次：" + "、".join(f"{k} {v}" for k, v in ROLES.items()))
]
Departments = Annotated[list[str], typer.Option("--department", help="部门代码，可多次")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="从标准输入读取密码，供脚本使用")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(user, name="user")
    user.command("add", help="添加用户；第一个管理员也这样建立，没有默认密码")(add)
    user.command("role", help="重新设置角色和部门")(role)
    user.command("password", help="设置密码")(password)
    user.command("disable", help="停用，立即退出所有设备")(disable)
    user.command("enable", help="重新启用")(enable)
    user.command("logout", help="让用户退出所有设备")(logged_out)
    user.command("unpair", help="解除两步验证，如手机丢失；下次登录只需密码")(unpaired)
    user.command("link", help="关联企业账号（OIDC 或企业微信）")(linked)
    user.command("unlink", help="解除企业账号的关联")(unlinked)
    user.command("skill", help="设置技能：懂哪些领域、问题点、反馈类型，或 vip；不写技能即清空")(skilled)
    user.command("list", help="列出用户")(listed)


def add(
    login: Login,
    name: Annotated[str, typer.Option(help="姓名")] = "",
    roles: Roles = [],  # noqa: B006
    departments: Departments = [],  # noqa: B006
    without_password: Annotated[
        bool, typer.Option("--no-password", help="只用企业账号登录，不设密码")
    ] = False,
    from_input: FromInput = False,
) -> None:
    """Make an account."""
    if not roles:
        raise InputError(
            "请用 --role 给出至少一个角色：" + "、".join(f"{k}（{v}）" for k, v in ROLES.items()) + "。"
        )
    migrate()
    secret = "" if without_password else _asked(from_input)
    now = datetime.now(UTC)
    with transaction() as session:
        accounts.add_person(session, login, name, roles, departments, by_person("").who, now)
        if secret:
            accounts.set_password(session, login, secret, by_person("").who, now)
    console.print(f"用户「{login}」已添加：{'、'.join(ROLES[one] for one in roles)}。")


def _asked(from_input: bool) -> str:
    """Read a password without showing it, twice from people and once from a script."""
    if from_input:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise InputError("这里没有终端，密码会显示出来；请用 --password-stdin 从标准输入给出密码。")
    return str(typer.prompt("密码（12 个字符以上）", hide_input=True, confirmation_prompt="再输入一次"))


def role(login: Login, roles: Roles = [], departments: Departments = []) -> None:  # noqa: B006
    """Say what a person may do."""
    migrate()
    with transaction() as session:
        accounts.give_roles(session, login, roles, departments, by_person("").who, datetime.now(UTC))
    console.print(f"用户「{login}」的角色已更新，已登录的设备需要重新登录。")


def password(login: Login, from_input: FromInput = False) -> None:
    """Set a password."""
    migrate()
    secret = _asked(from_input)
    with transaction() as session:
        accounts.set_password(session, login, secret, by_person("").who, datetime.now(UTC))
    console.print(f"用户「{login}」的密码已设置，已登录的设备需要重新登录。")


def disable(login: Login) -> None:
    """Keep a person out."""
    migrate()
    with transaction() as session:
        accounts.disable(session, login, by_person("").who, datetime.now(UTC))
    console.print(f"用户「{login}」已停用。")


def enable(login: Login) -> None:
    """Let a person in again."""
    migrate()
    with transaction() as session:
        accounts.enable(session, login, by_person("").who, datetime.now(UTC))
    console.print(f"用户「{login}」已启用。")


def logged_out(login: Login) -> None:
    """End every session of a person."""
    migrate()
    with transaction() as session:
        count = accounts.log_out(session, login, by_person("").who, datetime.now(UTC))
    console.print(f"用户「{login}」已从 {count} 个设备退出。")


def unpaired(login: Login) -> None:
    """Let a person log in without the app."""
    migrate()
    with transaction() as session:
        done = factors.take_back(session, login, by_person("").who, datetime.now(UTC))
    console.print(f"用户「{login}」的两步验证已解除。" if done else f"用户「{login}」没有设置两步验证。")


def linked(
    login: Login,
    issuer: Annotated[str, typer.Option(help="来自：OIDC 的 issuer，或 wecom:企业ID；登录页会显示")],
    subject: Annotated[str, typer.Option(help="那里的账号；登录页会显示")],
) -> None:
    """Say that an account elsewhere is one of our people."""
    migrate()
    with transaction() as session:
        vouching.link(session, login, issuer, subject, by_person("").who, datetime.now(UTC))
    console.print(f"用户「{login}」已关联企业账号。")


def unlinked(login: Login) -> None:
    """Take the links of a person back."""
    migrate()
    with transaction() as session:
        count = vouching.unlink(session, login, by_person("").who, datetime.now(UTC))
    console.print(f"用户「{login}」的 {count} 个企业账号已解除关联。")


def skilled(
    login: Login, skills: Annotated[list[str] | None, typer.Argument(metavar="技能", help="可多个")] = None
) -> None:
    """Set what a person knows: new cases go to who knows the matter and has room."""
    migrate()
    taxonomy = parse_taxonomy(asset_text("taxonomy.toml"))
    known = skills_of(taxonomy.areas, {issue.code: issue.name for issue in taxonomy.issues})
    with transaction() as session:
        person = accounts.person_named(session, login)
        queueing.teach(session, person.id, skills or [], known)
        trail.note(session, datetime.now(UTC), by_person("").who, "user.skills", f"user:{person.id}")
    said = "、".join(known[one] for one in skills or [])
    console.print(f"用户「{login}」的技能：{said or '无'}。")


def listed(json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """List the accounts."""
    migrate()
    with transaction() as session:
        rows = [
            {
                "login": one.login,
                "name": one.name,
                "roles": [ROLES[role] for role in one.roles],
                "departments": one.departments,
                "skills": queueing.skills_of(session, one.id),
                "second_factor": factors.is_set(session, one.id),
                "disabled_at": one.disabled_at,
            }
            for one in accounts.people(session)
        ]
    columns = {
        "login": "登录名", "name": "姓名", "roles": "角色", "departments": "部门", "skills": "技能",
        "second_factor": "两步验证", "disabled_at": "停用时间",
    }  # fmt: skip
    return as_json(rows) if json else as_table("用户", rows, columns)
