"""How the commands of both programs end."""

DONE = 0
FAILED = 1
BAD_INPUT = 2
NOT_IN_TIME = 3
SIGNER_UNCHECKED = 4
INTERRUPTED = 130

EXITS: dict[int, str] = {
    DONE: "done",
    FAILED: "something is away or failed, a check found a fault, a node said no, or nothing was found; "
    "`cctv doctor`: something should be looked at",
    BAD_INPUT: "what it was given is at fault (an option, a file, a setting, a name), and is named; "
    "`cctv doctor`: something is failing",
    NOT_IN_TIME: "what was waited for did not come in time: a node's answer, `cctv demo --until-alarm`'s alarm, "
    "or the signed day that `cctv audit verify` asks for",
    SIGNER_UNCHECKED: "an evidence bundle is as it was signed, and without `--key` nobody knows by whom: no proof yet",
    INTERRUPTED: "Ctrl-C, where that is no ordinary end",
}
