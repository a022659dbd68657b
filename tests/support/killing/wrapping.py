"""Puts points into this process: each wrapped function passes by its point's file on every call."""

import functools
import importlib
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from killing.arming import pass_by
from killing.points import Point


def wrap(points: Iterable[Point], scope: str) -> None:
    """In this process only. Raises where the product has no such function any more."""
    for point in points:
        module, _, name = point.function.partition(":")
        holder: Any = importlib.import_module(module)
        *outer, last = name.split(".")
        for part in outer:
            holder = getattr(holder, part)
        setattr(holder, last, _wrapped(getattr(holder, last), point, scope))


def _wrapped(function: Callable[..., Any], point: Point, scope: str) -> Callable[..., Any]:
    def is_meant(*args: Any, **kwargs: Any) -> object:
        return point.only is None or point.only(*args, **kwargs)

    @functools.wraps(function)
    async def waits(*args: Any, **kwargs: Any) -> Any:
        if point.when == "before" and is_meant(*args, **kwargs):
            pass_by(scope, point.name)
        outcome = await function(*args, **kwargs)
        if point.when == "after" and is_meant(*args, **kwargs):
            pass_by(scope, point.name)
        return outcome

    @functools.wraps(function)
    def runs(*args: Any, **kwargs: Any) -> Any:
        if point.when == "before" and is_meant(*args, **kwargs):
            pass_by(scope, point.name)
        outcome = function(*args, **kwargs)
        if point.when == "after" and is_meant(*args, **kwargs):
            pass_by(scope, point.name)
        return outcome

    return waits if inspect.iscoroutinefunction(function) else runs
