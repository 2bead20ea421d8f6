# SPDX-License-Identifier: MIT
"""The same picture drawn by threads or by processes; it goes to the output."""
import concurrent.futures
import sys

WIDTH, HEIGHT, DEPTH = 160, 120, 100


def draw(row):
    y, shades = 2.4 * (row + 0.5) / HEIGHT - 1.2, bytearray()
    for i in range(WIDTH):
        c, z, n = complex(3.2 * (i + 0.5) / WIDTH - 2.2, y), 0, 0
        while n < DEPTH and abs(z) < 2:
            z, n = z * z + c, n + 1
        shades.append(min(n, 255))
    return shades


threads = sys.argv[1] == "threads"
Executor = (concurrent.futures.ThreadPoolExecutor if threads
            else concurrent.futures.ProcessPoolExecutor)
with Executor(int(sys.argv[2]) if len(sys.argv) > 2 else 2) as pool:
    rows = list(pool.map(draw, range(HEIGHT), chunksize=1))
sys.stdout.buffer.write(b"P5 %d %d 255\n" % (WIDTH, HEIGHT) + b"".join(rows))
