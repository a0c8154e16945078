"""Trainings side by side, each in a process of its own with one thread."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

import torch


def begin() -> None:
    """In a new process: one thread of PyTorch, and an end with the process that asked, however that one ended."""
    torch.set_num_threads(1)
    parent = multiprocessing.parent_process()
    if parent:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()


def run_all(task: Callable[..., str], calls: Sequence[tuple[Any, ...]], processes: int) -> None:
    """Call `task` for each tuple of arguments and print what it says. The first failure stops what has not begun."""
    # Fresh processes: a forked one would inherit PyTorch's threads in whatever state they are.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, begin) as pool:
        futures = [pool.submit(task, *call) for call in calls]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                print(f"[{done}/{len(calls)}] {future.result()}", flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
