"""How plugins' questions reach a model: one budget, one limit of time, and errors that quote nobody."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import trio

from comptoir.plugins.config import TenantConfig
from comptoir.plugins.models import Completion, ModelFailed
from comptoir.plugins.walking.context import Question
from comptoir.sessions.journal.journal import JournalUnavailable, Store
from comptoir.sessions.journal.model_usage import Account, Cost
from comptoir.sessions.log_line import note
from comptoir.sessions.models import budget
from comptoir.sessions.models.provider import Provider, Refused, checked, open_provider
from comptoir.sessions.spec import ModelSpec
from comptoir.sessions.times import now_ms

logger = logging.getLogger("models")

SECONDS = 20.0
"""For all that is asked about one message."""
MARGIN = 2.0
"""Seconds that a plugin has left to answer without the model."""
MAX_TOKENS = 4_000
"""Of one answer, whatever a plugin wants."""
AT_ONCE = 4
"""Calls of one tenant."""

AskModel = Callable[[Question], Awaitable[Completion]]
Open = Callable[[ModelSpec], Provider]


class Models:
    """Those that one tenant may name."""

    def __init__(
        self,
        specs: Sequence[ModelSpec],
        journal: Store,
        *,
        now: Callable[[], int] = now_ms,
        opened: Open = open_provider,
    ) -> None:
        self._specs: Mapping[str, ModelSpec] = {spec.name: spec for spec in specs}
        self._journal = journal
        self._now = now
        self._open = opened
        self._providers: dict[str, Provider] = {}
        self._limiter = trio.CapacityLimiter(AT_ONCE)

    def port(self, contact: int, config: TenantConfig) -> AskModel:
        """For one walk about this contact: its time begins with its first question."""
        ends: list[float] = []

        async def ask(question: Question) -> Completion:
            if not ends:
                ends.append(trio.current_time() + max(0.0, min(SECONDS, config.plugin_seconds - MARGIN)))
            return await self._ask(question, contact, config.timezone, ends[0])

        return ask

    async def close(self) -> None:
        for provider in self._providers.values():
            await provider.close()

    async def _ask(self, question: Question, contact: int, timezone: str, ends: float) -> Completion:
        begun = trio.current_time()
        completion, why = Completion(""), ""
        try:
            completion = await self._in_time(question, contact, timezone, ends)
        except ModelFailed as failed:
            why = str(failed)
            raise
        finally:
            note(
                logger,
                "failed" if why else "asked",
                level=logging.WARNING if why else logging.INFO,
                # What a tenant's file may say is not for the log.
                model=question.model if question.model in self._specs else None,
                why=why or None,
                ms=round((trio.current_time() - begun) * 1000),
                tokens_in=completion.tokens_in or None,
                tokens_out=completion.tokens_out or None,
                calls=len(completion.calls) or None,
            )
        return completion

    async def _in_time(self, question: Question, contact: int, timezone: str, ends: float) -> Completion:
        spec = self._specs.get(question.model)
        if spec is None:
            raise ModelFailed("there is no model of this name: expected one of [models] in comptoir.toml")
        with trio.move_on_at(ends):
            async with self._limiter:
                return await self._paid(spec, question, contact, timezone)
        raise ModelFailed("no answer in time")

    async def _paid(self, spec: ModelSpec, question: Question, contact: int, timezone: str) -> Completion:
        """What the call may cost at worst is in the journal before it begins."""
        provider = await self._provider(spec)
        most_tokens = max(1, min(question.most_tokens, MAX_TOKENS))
        most = budget.worst(spec, question.said, question.tools, most_tokens)
        account = budget.account(spec, contact, self._now(), timezone)
        try:
            await self._journal.write(partial(budget.reserve, of=account, most=most, spec=spec, limits=question.limits))
            completion = await self._completed(provider, question, most_tokens)
        except Refused:
            await self._settle(account, most, Cost(0, 0))
            raise
        except JournalUnavailable:
            raise ModelFailed("the journal is not to be had") from None
        if completion.tokens_in > 0 or completion.tokens_out > 0:
            real = budget.cost(spec, max(0, completion.tokens_in), max(0, completion.tokens_out))
            await self._settle(account, most, real)
        return checked(completion)

    async def _completed(self, provider: Provider, question: Question, most_tokens: int) -> Completion:
        try:
            return await provider.complete(question.said, question.tools, most_tokens)
        except ModelFailed:
            raise
        except Exception as error:
            # A library's own text may quote what was asked.
            raise ModelFailed(f"no usable answer: {type(error).__name__}") from None

    async def _settle(self, account: Account, most: Cost, real: Cost) -> None:
        try:
            await self._journal.write(partial(budget.settle, of=account, most=most, real=real))
        except JournalUnavailable:
            return  # the reservation counts, which is safe

    async def _provider(self, spec: ModelSpec) -> Provider:
        if spec.wrong:
            raise ModelFailed(spec.wrong)
        if spec.name not in self._providers:
            # Certificates are read, and the library where it was not preloaded: in a thread, which holds nobody up.
            try:
                made = await trio.to_thread.run_sync(self._open, spec)
            except ModelFailed:
                raise
            except Exception as error:
                raise ModelFailed(f"{spec.kind} cannot be used: {type(error).__name__}") from None
            self._providers.setdefault(spec.name, made)
        return self._providers[spec.name]
