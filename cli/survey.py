"""voc survey: questionnaires that are checked before they are asked, and campaigns that stop when there is enough."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.output import as_json, as_table, console
from models.customers import asking
from models.engine import migrate, transaction
from settings import asset_text, get_settings
from voc.errors import InputError
from voc.reading.taxonomy import parse_taxonomy
from voc.surveys.forms import MUCH_OTHER, Survey, parse_surveys, source_of
from voc.surveys.rules import Finding, lint

survey = typer.Typer(no_args_is_help=True)
KINDS = {"scale": "刻度", "choice": "单选", "choices": "多选", "open": "开放"}
STATES = {"draft": "草稿", "published": "收集中", "closed": "已结束"}
Code = Annotated[str, typer.Argument(help="问卷代号")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(survey, name="survey")
    survey.command("list", help="列出问卷和回收数量")(show_all)
    survey.command("new", help="从模板或 TOML 文件新建一份问卷")(new)
    survey.command("lint", help="检查问卷设计")(check)
    survey.command("publish", help="发布；有问题的问卷不能发布")(publish)
    survey.command("campaign", help="开始征集：到目标数自动停止")(campaign)
    survey.command("show", help="查看题目、网址和嵌入代码")(show)
    survey.command("invite", help="按设置邀请客户：服务结束后、每季度；同一客户不会常被打扰")(invite)
    survey.command("results", help="结果：选项分布，以及主要原因和原话")(results)


def show_all(json: Json = False) -> None:
    """List the questionnaires."""
    migrate()
    with transaction() as session:
        rows = asking.listed(session)
    shown = [
        {
            **row,
            "state": STATES[row["state"]],
            "back": f"{row['came_back']}/{row['invited']}",
            "progress": _progress(row["answers"], row["target"]),
        }
        for row in rows
    ]
    columns = {
        "code": "代号",
        "version": "版本",
        "title": "标题",
        "state": "状态",
        "progress": "回收",
        "campaign": "征集主题",
        "back": "受邀回答",
    }
    return as_json(rows) if json else as_table("问卷", shown, columns)


def _progress(answers: int, target: int | None) -> str:
    if not target:
        return str(answers)
    tenths = min(10, answers * 10 // target)
    return f"{'█' * tenths}{'░' * (10 - tenths)} {answers}/{target}"


def new(
    code: Code,
    template: Annotated[
        str, typer.Option("--from", help="模板：csat、nps、ces、after_service、new_feature")
    ] = "csat",
    file: Annotated[Path | None, typer.Option(help="自己写的 TOML 文件，代替模板")] = None,
    title: Annotated[str, typer.Option(help="标题")] = "",
) -> None:
    """Write down a draft."""
    migrate()
    form = _from_file(file, code) if file else _from_template(template, code)
    form = Survey(code, title or form.title, form.consent, form.questions)
    with transaction() as session:
        row = asking.write_down(session, form, datetime.now(UTC))
        version = row.version
    console.print(f"已新建问卷「{form.title}」（{code}，第 {version} 版草稿）。")
    _say(lint(form))


def _from_template(template: str, code: str) -> Survey:
    templates = parse_surveys(asset_text("surveys.toml"))
    if template not in templates:
        raise InputError(f"没有模板「{template}」，可用：{'、'.join(templates)}。")
    return Survey(code, templates[template].title, templates[template].consent, templates[template].questions)


def _from_file(path: Path, code: str) -> Survey:
    if not path.is_file():
        raise InputError(f"找不到文件「{path.name}」。")
    forms = parse_surveys(path.read_text("utf-8"))
    if code not in forms:
        raise InputError(f"文件里没有名为 [{code}] 的问卷，只有：{'、'.join(forms)}。")
    return forms[code]


def check(
    code: Code, file: Annotated[Path | None, typer.Option(help="检查文件，不写入")] = None, json: Json = False
) -> None:
    """Check the design of a questionnaire."""
    if file:
        found = lint(_from_file(file, code))
    else:
        migrate()
        with transaction() as session:
            found = lint(asking.form_of(asking.newest(session, code)))
    as_json([vars(one) for one in found]) if json else _say(found)
    raise typer.Exit(1 if found else 0)


def _say(found: list[Finding]) -> None:
    if not found:
        return console.print("问卷设计检查通过。")
    for one in found:
        console.print(
            f"· {f'题目 {one.question}：' if one.question else ''}{one.sentence}（{one.rule}）", markup=False
        )
    return None


def publish(code: Code) -> None:
    """Ask the newest version from now on."""
    migrate()
    with transaction() as session:
        found = lint(asking.form_of(asking.newest(session, code)))
        if found:
            _say(found)
            raise InputError("问卷设计还有上述问题，改好后再发布。")
        asking.publish(session, code, datetime.now(UTC))
    console.print(f"问卷已发布：{_address(code)}")


def _address(code: str) -> str:
    return f"{get_settings().public_url.rstrip('/')}/s/{code}"


def campaign(
    code: Code,
    topic: Annotated[str, typer.Option(help="想弄清楚什么")],
    target: Annotated[int, typer.Option(min=1, help="收到多少份后停止")] = 1000,
    wanted: Annotated[int, typer.Option("--causes", min=1, max=20, help="要列出几个主要原因")] = 3,
) -> None:
    """Collect answers until there are enough."""
    migrate()
    with transaction() as session:
        asking.start_campaign(session, code, topic, target, wanted, datetime.now(UTC))
    console.print(f"开始征集「{topic}」：收到 {target} 份后自动停止，用 voc survey results {code} 查看原因。")


def show(code: Code) -> None:
    """Show questions, address and what to paste into a page."""
    migrate()
    with transaction() as session:
        row = asking.newest(session, code)
        form, state = asking.form_of(row), row.state
    console.print(f"{form.title}（{STATES[state]}）　{_address(code)}")
    as_table(
        "题目",
        [{**vars(q), "kind": KINDS[q.kind]} for q in form.questions],
        {"id": "题目", "kind": "类型", "stem": "题干", "options": "选项"},
    )
    frame = f'<iframe src="{_address(code)}" title="{form.title}" width="100%" height="640"></iframe>'
    console.print(f"嵌入网页：{frame}", markup=False)


def invite() -> None:
    """Invite the customers who are due, as the schedule does every morning."""
    # Prefect takes a second to import; the other commands need none of it.
    from tasks.invite import invite_customers

    migrate()
    done = invite_customers.fn(datetime.now(UTC))
    if not done:
        return console.print("没有设置要发送的问卷（VOC_SURVEY_AFTER_SERVICE、VOC_SURVEY_QUARTERLY）。")
    console.print(f"已邀请：服务结束后 {done['after_service']} 位，本季度 {done['quarterly']} 位。")
    return None


def results(
    code: Code,
    wanted: Annotated[int, typer.Option("--causes", min=1, max=20, help="列出几个主要原因")] = 3,
    json: Json = False,
) -> None:
    """Show how the answers are distributed and what they complain of, with sentences."""
    migrate()
    with transaction() as session:
        form = asking.form_of(asking.newest(session, code))
        counts = asking.choices(session, form)
        found = asking.causes(session, source_of(form)["name"], wanted)
    taxonomy = parse_taxonomy(asset_text("taxonomy.toml"))
    named = [{**row, "cause": taxonomy.issue(row["issue"]).name} for row in found]
    if json:
        return as_json({"choices": counts, "causes": named})
    for question in form.questions:
        _distribution(question.stem, counts.get(question.id, {}))
    columns = {"cause": "原因", "answers": "答卷", "customers": "人数", "evidence": "原话（已脱敏）"}
    return as_table("主要原因", named, columns)


def _distribution(stem: str, counts: dict[str, int]) -> None:
    total = sum(counts.values())
    if not total:
        return
    rows = [
        {"option": o, "count": n, "share": f"{n / total:.0%}"}
        for o, n in sorted(counts.items(), key=lambda it: -it[1])
    ]
    as_table(f"{stem}（{total} 份）", rows, {"option": "选项", "count": "份数", "share": "占比"})
    other = sum(n for option, n in counts.items() if option.startswith(("其他", "其它"))) / total
    if other > MUCH_OTHER:
        console.print(f"提醒：「其他」占 {other:.0%}，说明选项没有覆盖主要情况，建议改版。")
