"""Hints about rules while somebody writes them (extension)."""

from typing import Annotated, Any, Literal

from fastapi import Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.api.wire.rules import Rules, check_rule_count, to_rules
from app.lint import requests
from app.lint.values import HintKind

router = Router(prefix="/api/v1/classifier/rules", tags=["rules (extension)"])


class LintRequest(BaseModel):
    """The body of POST /lint; the examples of rules play no part."""

    rules: Rules


class HintResponse(BaseModel):
    """What makes rules less reliable, and what to write instead."""

    kind: HintKind
    rules: Annotated[
        list[int], Field(description="The positions of the rules, counted from 0, ascending.")
    ]
    problem: str
    advice: str
    is_warning: Annotated[
        bool, Field(description="False where it tells what a rule does that may be meant.")
    ]


class LintResponse(BaseModel):
    """The hints, by the first rule that each is about; empty where the rules are fine."""

    hints: list[HintResponse]


class PendingLintResponse(BaseModel):
    """A worker looks at the rules: ask again after `Retry-After` seconds."""

    status: Literal["pending"] = "pending"


PENDING: dict[int | str, dict[str, Any]] = {
    202: {"model": PendingLintResponse, "description": "A worker looks at them: ask again."}
}


@router.post("/lint", response_model=LintResponse, responses=PENDING)
def lint_rules(call: ApiCall, body: LintRequest) -> LintResponse | Response:
    """Return what makes rules less reliable, as `pigeonhole rules lint` does.

    A worker finds it: until then the answer is 202. An extension of this server.
    """
    check_rule_count(call.services.settings, body.rules, ("body",))
    hints = requests.ask(call.services.database, call.scope.project_id, to_rules(body.rules))
    if hints is None:
        headers = {"Retry-After": str(requests.RETRY_SECONDS)}
        return JSONResponse(PendingLintResponse().model_dump(), 202, headers)
    return LintResponse(
        hints=[
            HintResponse(
                kind=hint.kind,
                rules=list(hint.rules),
                problem=hint.problem,
                advice=hint.advice,
                is_warning=hint.is_warning,
            )
            for hint in hints
        ]
    )
