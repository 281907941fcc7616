# SPDX-License-Identifier: BSD-2-Clause
"""Reads a QR code that invitectl printed on standard input, and prints its text.

Enough of ISO/IEC 18004 for what is printed in a test: versions 2 to 5 at level L (one block), bytes
only, without error correction.
"""
import sys

HALVES = {"\u2588": "11", "\u2580": "10", "\u2584": "01", " ": "00"}
LEVEL_L = 1
MASKS = [
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
]


def modules(lines):
    rows = []
    for line in lines:
        for half in (0, 1):
            rows.append([HALVES[character][half] == "0" for character in line])
    size = len(rows[0]) - 8
    assert all(not any(row) for row in rows[:4]), "no quiet zone above"
    assert all(not any(row[:4] + row[-4:]) for row in rows[:size + 8]), "no quiet zone beside"
    return [row[4:-4] for row in rows[4:4 + size]]


def is_function(y, x, size):
    finder = (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9)
    alignment = abs(y - (size - 7)) <= 2 and abs(x - (size - 7)) <= 2
    return finder or alignment or y == 6 or x == 6


def bits(code):
    size = len(code)
    word = "".join(str(int(code[8][x])) for x in (0, 1, 2, 3, 4, 5, 7, 8))
    level, mask = int(word[:2], 2) ^ 0b10, int(word[2:5], 2) ^ 0b101
    assert level == LEVEL_L, "not level L"
    upward = True
    for right in (x if x > 6 else x - 1 for x in range(size - 1, 0, -2)):
        for y in reversed(range(size)) if upward else range(size):
            for x in (right, right - 1):
                if not is_function(y, x, size):
                    yield code[y][x] ^ (MASKS[mask](y, x) == 0)
        upward = not upward


def main():
    code = modules(sys.stdin.read().splitlines())
    assert len(code) in (25, 29, 33, 37), "version 2 to 5"
    stream = "".join(str(int(bit)) for bit in bits(code))
    assert stream[:4] == "0100", "byte mode"
    length = int(stream[4:12], 2)
    octets = bytes(int(stream[12 + 8 * i:20 + 8 * i], 2) for i in range(length))
    print(octets.decode("ascii"))


main()
