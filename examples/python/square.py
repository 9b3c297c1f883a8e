"""The operation `square`: which requests it refuses, and what it computes."""
import math

CONTRACT = 1358948392  # of `square`, as `cateto client operations --json` shows it


def refusal(seq, contract=None, value=None, ttl_ms=None, *_later):
    """@returns the failure of a request that is not computed"""
    if type(contract) is not int or type(ttl_ms) not in (int, float):
        return [seq, "invalid-request", "square: not seq, contract, input, ttlMs"]
    if contract != CONTRACT:
        return [seq, "contract-mismatch", f"square: the request has contract hash {contract}, the server has {CONTRACT}"]
    if type(value) not in (int, float) or not math.isfinite(value):
        return [seq, "invalid-request", "square: input: not a finite number"]


def square(seq, value):
    """@returns the result"""
    result = float(value) * float(value)
    return [seq, 0, result, []] if math.isfinite(result) else [seq, "out-of-domain", "square: not a finite number"]
