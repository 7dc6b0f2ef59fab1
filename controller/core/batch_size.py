"""How many pictures go into one inference: halved when memory runs out, grown back with patience."""

_PATIENCE = 32
_MOST_PATIENCE = 4096


class BatchSize:
    """Starts at `most`. Each time that growing back failed, the next try waits twice as long."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.now = most
        self._patience = _PATIENCE
        self._streak = 0

    def failed(self) -> bool:
        """Memory ran out: halve. False: it is 1 already, and something else has to give."""
        if self.now == 1:
            return False
        self.now //= 2
        self._streak = 0
        self._patience = min(_MOST_PATIENCE, self._patience * 2)
        return True

    def worked(self, pictures: int) -> None:
        """An inference of that many pictures went well; only full ones speak for a larger size."""
        if pictures < self.now or self.now == self.most:
            return
        self._streak += 1
        if self._streak >= self._patience:
            self.now = min(self.most, self.now * 2)
            self._streak = 0


def rung(pictures: int, most: int) -> int:
    """The smallest power of two that holds them, at most `most`: few shapes, so that a GPU plans each once."""
    size = 1
    while size < min(pictures, most):
        size *= 2
    return min(size, most)
