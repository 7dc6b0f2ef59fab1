"""Wrong tries at the login, in memory."""

from collections.abc import Mapping, Sequence

from controller.core.throttle import Counted, Failures, Key, Limits, failed, taken_back, wait_ms


class MemoryTries:
    """`Tries` of one process."""

    def __init__(self) -> None:
        self.failures: dict[Key, Failures] = {}

    async def count(self, keys: Mapping[Key, Limits], now_ms: int) -> Counted:
        before = {key: self.failures.get(key) for key in keys}
        wait = max(wait_ms(before[key], now_ms, limits) for key, limits in keys.items())
        if not wait:
            self.failures |= {key: failed(before[key], now_ms, limits) for key, limits in keys.items()}
        return Counted(now_ms, wait, before)

    async def settle(self, counted: Counted, forget: Key | None) -> None:
        for key, before in counted.before.items():
            left = taken_back(self.failures.get(key), counted.at_ms, before)
            self.failures.pop(key, None)
            if left is not None and key != forget:
                self.failures[key] = left

    async def recent(self, least: int, since_ms: int) -> Sequence[tuple[Key, Failures]]:
        newest = sorted(self.failures.items(), key=lambda item: -item[1].last_ms)
        return [(key, one) for key, one in newest if one.count >= least and one.last_ms > since_ms]

    async def forgive(self, who: str, by: str, address: str) -> int:
        del by, address
        gone = [key for key in self.failures if who in key]
        for key in gone:
            del self.failures[key]
        return len(gone)
