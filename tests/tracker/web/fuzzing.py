"""schemathesis over the whole API with all its checks."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, Failure, FailureGroup


@dataclass(slots=True)
class Fuzzed:
    """How many requests were sent, and what was wrong."""

    requests: int = 0
    problems: list[str] = field(default_factory=list)


def fuzz(client: TestClient, cases: int) -> Fuzzed:
    """Send at least ``cases`` generated requests, right ones and wrong ones, and judge every answer."""
    found = Fuzzed()
    with warnings.catch_warnings(action="ignore"):
        schema = schemathesis.openapi.from_asgi("/openapi.json", client.app)
        operations = [result.ok() for result in schema.get_all_operations()]
        strategies = [
            operation.as_strategy(generation_mode=mode)
            for operation in operations
            # Without parameters there is nothing to ask wrongly.
            for mode in (GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if _has_parameters(operation) else []))
        ]
        for strategy in strategies:
            # Some operations have few ways to be asked, so the others are asked more often.
            _property(strategy, ceil(1.25 * cases / len(strategies)), found)()
    return found


def _has_parameters(operation: Any) -> bool:
    return bool(len(operation.query) or len(operation.path_parameters))


def _property(strategy: Any, count: int, found: Fuzzed) -> Callable[[], None]:
    @seed(1)
    @settings(
        max_examples=count, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=strategy)
    def one(case: Any) -> None:
        found.requests += 1
        try:
            case.call_and_validate(checks=CHECKS.get_all())
        except (Failure, FailureGroup) as failure:
            found.problems.append(f"{case.method} {case.formatted_path} {case.query}: {failure}")

    return one
