"""A verdict does not depend on how many threads a matrix product would use."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from theory import Claim, Domain, Identity, Natural, Observable, Seen, Source, Standing
from verify import Check, Decision, Exact, Settings, judge

n = Natural("n", grid=(1,))
threads = Observable("threads", (n,), "t", "BLAS threads")


@pytest.mark.parametrize("outside", [1, 2])
def test_measurements_run_on_one_blas_thread(outside):
    claim = Claim(
        id="made-up.threads",
        title="One thread",
        says="One.",
        statement=Identity(threads(n), 1),
        domain=Domain(n),
        source=Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
        observables=(threads,),
    )

    def measure(n):
        np.ones((2, 2)) @ np.ones((2, 2))
        found = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
        return Exact(max(found))

    with threadpool_limits(outside, user_api="blas"):
        before = threadpool_info()
        verdict = judge(claim, Check(claim, measure, {"quick": Settings(0.0)}))
        assert verdict.verdict is Decision.CONFIRMED
        assert threadpool_info() == before
