# SPDX-License-Identifier: MIT
"""A task that wants to make a pool of its own."""
import multiprocessing


def square(x):
    return x * x


def outer(n):
    with multiprocessing.Pool(2) as inner:
        return inner.map(square, range(n))


with multiprocessing.get_context("fork").Pool(1) as pool:
    try:
        print("the inner pool says:", pool.apply(outer, (10,)))
    except AssertionError as error:
        print("AssertionError:", error)
