"""Turns a template and its data into subject, text and HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from settings import Settings, get_settings
from voc.errors import InputError
from voc.telling.messages import FOR_CUSTOMERS, OBSERVING, effect_phrase, refuse_unverified_numbers

FOLDER = Path(__file__).parent / "templates"
_EXPRESSION = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
_BLANK_LINES = re.compile(r"\n{3,}")


def render_message(template: str, data: Mapping[str, object]) -> tuple[str, str, str | None]:
    """Return (subject, text, HTML) of `<template>.txt.j2`, whose first line is the subject.

    An effect is never passed as words: `verdict`, `relative_change`, `metric` and the id of the stored
    `verification` go in, and the sentence is made here. Any other effect number raises
    InputError, whether it was typed into a template or, for customers, came with the data; so does a
    template that cannot be filled.
    """
    effect = _effect(data)
    rendered = _filled(template, {**data, "effect": effect})
    if template in FOR_CUSTOMERS:
        refuse_unverified_numbers(rendered.replace(effect, ""), verified=False)
    subject, _, body = rendered.strip().partition("\n")
    text = _BLANK_LINES.sub("\n\n", body.strip())
    return subject.strip(), text, _html(subject.strip(), text, str(data.get("link", "")))


def _filled(template: str, data: Mapping[str, object]) -> str:
    try:
        return _text_template(template).render(data)
    except (TemplateError, OSError) as error:
        reason = error.message if isinstance(error, TemplateError) else "找不到模板文件"
        raise InputError(f"消息模板「{template}」无法生成：{reason}。请检查模板和数据。") from error


def _effect(data: Mapping[str, object]) -> str:
    change, verdict = data.get("relative_change"), str(data.get("verdict", ""))
    # The database hands out Decimal; a string could only have been typed by somebody.
    number = float(change) if isinstance(change, int | float | Decimal) else None
    phrase = effect_phrase(verdict, number, str(data.get("metric", "complaint_rate")))
    if phrase != OBSERVING and not data.get("verification"):
        raise InputError("效果数字缺少验证记录编号（verification），不能写入通知。")
    return phrase


@lru_cache(maxsize=1)
def _texts() -> Environment:
    # Users edit these templates, hence the sandbox; they are plain text, where escaping would show as &amp;.
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@lru_cache(maxsize=1)
def _pages() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=True)


@lru_cache(maxsize=128)
def _text_template(name: str) -> Template:
    source = (FOLDER / f"{name}.txt.j2").read_text(encoding="utf-8")
    refuse_unverified_numbers(_EXPRESSION.sub("", source), verified=False)
    return _texts().from_string(source)


def _html(subject: str, text: str, link: str) -> str:
    lines = [line for line in text.split("\n") if line.strip()]
    named = Settings.model_fields["company"].default != (company := get_settings().company)
    page = _pages().get_template("message.html.j2")
    return page.render(subject=subject, lines=lines, link=link, company=company if named else "")
