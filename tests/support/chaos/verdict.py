"""The judgement of one shop: its journal against the lab's ledger, to the message."""

import itertools
from collections import Counter, defaultdict

import judge

from chaos.journals import Journal, Row
from chaos.world import Said, World, answer
from comptoir.lab.ledger import Entry

CHANGES = ("edit", "deletion")
SENT = ("sent", "delivered", "read")


def judge_shop(world: World, name: str, journal: Journal) -> None:
    """Blames whatever does not agree, and counts what became of everything."""
    _Judge(world, name, journal).judge()


class _Judge:
    def __init__(self, world: World, name: str, journal: Journal) -> None:
        self.world = world
        self.name = name
        self.journal = journal
        self.number = world.here.shops[name].number
        self.ledger = world.here.lab.ledger
        self.inbound = {row.whatsapp_id: row for row in journal.rows if row.direction == "in"}
        self.said = {said.id: said for said in world.said if said.shop == name}
        self.outgoing = [row for row in journal.rows if row.direction == "out" and row.by != "owner"]
        self.entries = self.ledger.entries(sender=self.number)
        self.repaired = {
            entry.id
            for entry in self.ledger.entries(to=self.number)
            if any(mark.kind == "retry" for mark in entry.receipts)
        }
        self.opened = self._opened()

    def judge(self) -> None:
        for (id, direction), times in Counter((row.whatsapp_id, row.direction) for row in self.journal.rows).items():
            if id is not None and times > 1:
                self.blame(f"{direction} {id} is journaled {times} times")
        for said in self.said.values():
            self._judge_said(said)
        for id, row in self.inbound.items():
            if id not in self.said:
                self.blame(f"nobody said {row}")
        self._judge_answers()
        self._judge_heard()
        self._judge_order()
        self._judge_sends()
        self._judge_events()

    def blame(self, text: str) -> None:
        self.world.blame(f"{self.name}: {text}")

    def count(self, what: str) -> None:
        self.world.counts[what] += 1

    # --- what came

    def _judge_said(self, said: Said) -> None:
        row = self.inbound.get(said.id)
        if row is None:
            self._judge_missing(said)
        elif row.chat != said.customer:
            self.blame(f"{said.id} is in the wrong chat: {row}")
        elif row.state == "lost":
            self.count("reported as lost")
        elif row.state not in ("done", "skipped"):
            self.blame(f"{said.id} is stuck: {row}")
        elif row.deleted:
            if not said.deleted or row.text or (row.media or {}).get("state", "dropped") != "dropped":
                self.blame(f"{said.id} is not what became of it: {row}")
        elif said.words and (row.kind != said.kind or row.text not in said.texts):
            self.blame(f"{said.id} {said.texts} was journaled as {row}")
        elif not said.words and row.kind != said.kind:
            self.blame(f"{said.id}, of kind {said.kind}, was journaled as {row}")

    def _judge_missing(self, said: Said) -> None:
        [entry] = self.ledger.entries(id=said.id, sender=said.customer)
        if not judge.was_taken(entry, self.world.here.shops[self.name]):
            self.blame(f"{said} was never taken: {entry}")
        elif self.world.cuts:
            self.count("taken and unknown after a power cut")
        elif self._came_again(entry):
            # Killed after the library had stored the ratchet, before the secret: it drops the repetition in silence.
            self.count("lost between two writes of the library")
        elif said.secret:
            self.blame(f"{said} was taken, is not journaled and not reported")
        else:
            self.count("lost without a secret")

    def _came_again(self, entry: Entry) -> bool:
        """Whether the server had to deliver it more than once: the first time it was not acknowledged."""
        device = f"{self.number.removeprefix('+')}:"
        return sum(mark.to.startswith(device) for mark in entry.delivered) > 1

    # --- what was answered

    def _judge_answers(self) -> None:
        answers = defaultdict(list)
        for row in self.outgoing:
            if row.cause.startswith("message:"):
                answers[row.cause].append(row)
        given_up = {message for message, kind in self.journal.events if kind == "message_given_up"}
        for row in self.inbound.values():
            mine, said = answers.pop(f"message:{row.id}", []), self.said.get(row.whatsapp_id or "")
            if said is None:
                continue
            if row.id in given_up:
                self.count("given up after two deaths")
            elif row.state == "done" and said.words:
                if len(mine) != 1 or mine[0].text not in [answer(self.name, word) for word in said.words]:
                    self.blame(f"{row} was answered by {mine}")
                self.count("answered")
            elif mine:
                self.blame(f"{row} was to have no answer, and has {mine}")
            elif row.state == "skipped" and not row.deleted and (self.name, row.chat) not in self.world.hands:
                self.blame(f"{row} was skipped, though the owner never wrote there")
        for cause, rows in answers.items():
            self.blame(f"{rows} answer nothing: {cause}")

    # --- what went out

    def _opened(self) -> dict[tuple[str, str], list[tuple[int, str]]]:
        """When customers read each text or caption of the shop's first, and under which ids."""
        opened: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for customer in {customer for shop, customer in self.world.chats if shop == self.name}:
            for item in self.world.here.lab.customer(customer).heard(self.number):
                # The library may send one message twice, under one id: apps show it once.
                opened[customer, item.text].setdefault(item.id, item.at_ms)
        return {said: [(at, id) for id, at in times.items()] for said, times in opened.items()}

    def _judge_heard(self) -> None:
        rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.outgoing:
            rows[row.chat, row.text].append(row)
        for (chat, text), heard in self.opened.items():
            if " main " not in text and (chat, text) not in rows:
                self.blame(f"{chat} heard {text!r}, which is nowhere in the journal: {heard}")
        for said, same in rows.items():
            self._judge_row(same, self.opened.get(said, []))

    def _judge_row(self, same: list[Row], heard: list[tuple[int, str]]) -> None:
        """The rows of one text in one chat: more than one where it was sent again because it could not be read."""
        row = same[0]
        self.count(f"out {row.state}")
        repeats = sum(each.cause.startswith("again:") for each in same)
        if len(same) - repeats > 1 and not row.cause.startswith("asked:"):
            self.blame(f"queued {len(same)} times: {same}")
        allowed = len(same) if self.world.policy[self.name] == "hold" else sum(max(each.attempts, 1) for each in same)
        if len(heard) > allowed:
            self.blame(f"{row} was heard {len(heard)} times: {heard}")
        elif len(heard) > 1:
            self.count("heard again by policy or repair")
        if row.state in SENT and not heard and not self._excuse(same):
            sends = [str(entry) for entry in self.entries if entry.id == row.whatsapp_id]
            self.blame(f"{row} was never heard: {sends}")
        elif row.state == "failed" and not ((self.name, row.chat) in self.world.hands and "by hand" in str(row.error)):
            self.blame(f"{row} failed")
        elif row.state not in (*SENT, "failed", "uncertain"):
            self.blame(f"{row} is stuck")

    def _excuse(self, same: list[Row]) -> bool:
        """Whether the customer had no way to read it any more: counted, and no fault of the shop's."""
        if same[0].chat in self.world.reinstalled:
            self.count("unread after a reinstallation")
            return True
        ids = {row.whatsapp_id for row in same}
        if not any(mark.why == "old counter" for entry in self.entries if entry.id in ids for mark in entry.failed):
            return False
        if not any(row.chat == same[0].chat for row in self.inbound.values()):
            self.blame(f"a counter was used twice, and nobody wrote meanwhile: {same}")
        self.count("lost to sending while receiving")
        return True

    def _judge_order(self) -> None:
        failed = {entry.id for entry in self.entries if entry.failed}
        for chat in {row.chat for row in self.outgoing}:
            firsts = self._first_hearings(chat, failed)
            for before, after in itertools.pairwise(firsts):
                if before[1] > after[1]:
                    self.blame(f"in {chat}, {before[2]} was heard before {after[2]}")

    def _first_hearings(self, chat: str, failed: set[str]) -> list[tuple[int, int, str]]:
        # What had to be repaired comes when it comes, and is answered then.
        late = {f"message:{row.id}" for row in self.inbound.values() if row.whatsapp_id in self.repaired}
        return sorted(
            (at, int(row.cause.removeprefix("message:")), row.text)
            for row in self.outgoing
            if row.chat == chat and row.cause.startswith("message:") and row.attempts == 1 and row.cause not in late
            for at, id in self.opened.get((chat, row.text), [])
            if id == row.whatsapp_id and id not in failed
        )

    # --- what operators were told

    def _judge_sends(self) -> None:
        by_id = {row.id: row for row in self.journal.rows}
        for (shop, text), ids in self.world.sent.items():
            if shop == self.name and (len(ids) > 1 or (row := by_id.get(min(ids))) is None or row.text != text):
                self.blame(f"{text!r} was accepted as {ids}: {[str(by_id.get(id)) for id in ids]}")

    # --- what events told

    def _judge_events(self) -> None:
        for row in self.journal.rows:
            if row.kind in CHANGES or row.deleted:
                continue
            if (row.id, judge.event_for(row.shown)) not in self.journal.events:
                self.blame(f"no event says that {row} is {row.state}")
