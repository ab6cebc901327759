"""An app may share one model and one catalog between all its threads, for as long as it runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parent / "soak.py"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_many_threads_get_the_answers_of_one_and_memory_stays(environment):
    requests = int(os.environ.get("TONEPOEM_SOAK", "360"))  # 5000 for the whole of it
    done = subprocess.run(
        [sys.executable, SOAK, str(requests), "16"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert measured["different"] == 0
    # In a short run the threads' own memory pools are still filling.
    assert measured["growth_mib"] <= (5 if requests >= 2_000 else 15), measured
