"""The API as an application of its own, with its description in OpenAPI and faults in JSON."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from models.intake.inbound import MessageChanged
from models.people.rights import Unseen
from portal.api import feeding, hooks, reading
from portal.api.keys import Refused
from voc.errors import VocError

ABOUT = (
    "送入反馈，读取个案、问题、改进措施和效果验证。请求头带 `Authorization: Bearer <密钥>`；"
    "密钥用 `voc key add` 建立。分页用返回的 `next` 作为下一次请求的 `after`。"
)
SENTENCES = {404: "没有这个地址或编号。", 405: "这个地址不支持这样的请求。"}


def create_api() -> FastAPI:
    """Put the API together."""
    api = FastAPI(title="客户之声接口", version="1", description=ABOUT, docs_url=None, redoc_url=None,
                  openapi_url="/v1/openapi.json")  # fmt: skip
    api.include_router(feeding.router, prefix="/v1", tags=["送入"])
    api.include_router(reading.router, prefix="/v1", tags=["读取"])
    api.include_router(hooks.router, prefix="/hooks", tags=["推送"])
    _faults(api)
    return api


def _faults(api: FastAPI) -> None:
    api.exception_handler(Refused)(_refused)
    api.exception_handler(Unseen)(lambda _, __: fault(404, "not_found", SENTENCES[404]))
    api.exception_handler(MessageChanged)(
        lambda _, __: fault(409, "message_changed", "同一编号的内容与第一次不同，没有收下。")
    )
    api.exception_handler(VocError)(lambda _, error: fault(400, "unreadable", str(error)))
    api.exception_handler(HTTPException)(_http)
    api.exception_handler(RequestValidationError)(_invalid)


def fault(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Say what is wrong, in a code for machines and a sentence for people."""
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # noqa: S101  (the handler of no other class)
    return fault(error.status, error.code, error.message, error.headers)


def _http(_: Request, error: Exception) -> JSONResponse:
    status = getattr(error, "status_code", 400)
    said = SENTENCES.get(status, "这个请求无法处理。")
    return fault(status, "http", said, getattr(error, "headers", None))


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  (the handler of no other class)
    # Where and what, without what was sent: that may be somebody's words.
    wrong = [f"{'.'.join(map(str, one['loc']))}：{one['msg']}" for one in error.errors()[:10]]
    return fault(422, "invalid", "；".join(wrong))
