"""Answers that are nearly the same: a hint to look at two hand-ins side by side, never a verdict.

Sources are read as tokens: comments, layout and names of one's own do not count. Of the sequences of five tokens, those
that the released notebook holds or that many students share are left out, by the idea of Schleimer, Wilkerson and
Aiken, *Winnowing: Local Algorithms for Document Fingerprinting* (SIGMOD 2003). Pairs that share enough of the rest are
compared in full.
"""

from __future__ import annotations

import builtins
import io
import keyword
import re
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from heapq import nsmallest
from itertools import combinations

from rapidfuzz.distance import Indel

from course.grade.handins import Cell, HandIn, Role, Student

LENGTH = 5  # tokens of a sequence
MOST_TOKENS = 1_000  # of an answer that are looked at
MOST_SEQUENCES = 150  # of an answer that stand for it
FEWEST_SHARED = 8  # sequences that two answers share beyond what many do
MOST_SHARING = 25  # students with the same sequence, from which on it is what one writes
LEAST = 0.8  # similarity
MOST_COMPARED = 2_000  # pairs that are compared in full
_KEPT = set(keyword.kwlist) | set(dir(builtins))
_IDLE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
    tokenize.ENCODING,
}  # fmt: skip
_WORDS = re.compile(r"\w+|[^\w\s]")

Tokens = tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two answers that are nearly the same.

    Attributes:
        name: The ``grade_id`` of the answer's cell.
        first: Whose the one is.
        second: Whose the other is.
        similarity: How much of their tokens is the same, from 0 to 1: twice the longest common subsequence over both
            lengths.
    """

    name: str
    first: Student
    second: Student
    similarity: float


def similar(hand_ins: Sequence[HandIn], released: Mapping[str, str], most: int = 100) -> tuple[Pair, ...]:
    """Return the pairs of answers that are nearly the same, the most similar first.

    Args:
        hand_ins: The hand-ins.
        released: The sources of the released notebook's cells by their names; none of it counts.
        most: How many pairs to return at most.
    """
    given = set().union(*(_sequences(_code(source)) | _sequences(_words(source)) for source in released.values()))
    answers: dict[str, dict[int, Tokens]] = defaultdict(dict)
    for index, hand_in in enumerate(hand_ins):
        for name, tokens in _answers(hand_in.cells).items():
            answers[name][index] = tokens
    pairs = [
        Pair(name, hand_ins[one].student, hand_ins[other].student, similarity)
        for name in sorted(answers)
        for one, other, similarity in _alike(answers[name], given)
    ]
    pairs.sort(key=lambda pair: (-pair.similarity, pair.name, pair.first.key, pair.second.key))
    return tuple(pairs[:most])


def _answers(cells: Iterable[Cell]) -> dict[str, Tokens]:
    """Return the tokens of each answer, with those of the cells that were added to it."""
    answers: dict[str, Tokens] = defaultdict(tuple)
    for cell in cells:
        if cell.role in {Role.ANSWER, Role.ADDED}:
            answers[cell.name] += _code(cell.source)
        elif cell.role is Role.WRITTEN:
            answers[cell.name] += _words(cell.source)
    return {name: tokens[:MOST_TOKENS] for name, tokens in answers.items()}


def _alike(answers: Mapping[int, Tokens], given: set[bytes]) -> list[tuple[int, int, float]]:
    """Return who has nearly the same answer as who, and how similar they are.

    Of long answers, the sequences with the smallest hashes stand for all: those that two answers share are then among
    both.
    """
    holders: dict[bytes, list[int]] = defaultdict(list)
    for index in sorted(answers):
        for sequence in nsmallest(MOST_SEQUENCES, _sequences(answers[index]) - given):
            holders[sequence].append(index)
    sharing = min(MOST_SHARING, max(3, len(answers) // 4))
    shared = Counter(pair for each in holders.values() if len(each) <= sharing for pair in combinations(each, 2))
    likely = [(count, pair) for pair, count in shared.items() if count >= FEWEST_SHARED]
    likely.sort(key=lambda each: (-each[0], each[1]))
    found = []
    for _, (one, other) in likely[:MOST_COMPARED]:
        similarity = Indel.normalized_similarity(answers[one], answers[other], score_cutoff=LEAST)
        if similarity >= LEAST:
            found.append((one, other, similarity))
    return found


def _sequences(tokens: Tokens) -> set[bytes]:
    """Return the hashes of all runs of ``LENGTH`` tokens."""
    runs = ("\0".join(tokens[start : start + LENGTH]) for start in range(len(tokens) - LENGTH + 1))
    return {blake2b(run.encode(errors="replace"), digest_size=8).digest() for run in runs}


def _code(source: str) -> Tokens:
    """Return Python's tokens; a name of one's own is only a name, but for what follows a point."""
    tokens: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source[: 20 * MOST_TOKENS]).readline):
            if token.type in _IDLE:
                continue
            own = token.type == tokenize.NAME and token.string not in _KEPT and tokens[-1:] != ["."]
            tokens.append("name" if own else token.string)
    except (tokenize.TokenError, SyntaxError):
        return _words(source)
    return tuple(tokens)


def _words(source: str) -> Tokens:
    return tuple(_WORDS.findall(source[: 20 * MOST_TOKENS].casefold()))
