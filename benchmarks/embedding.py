"""How fast texts become stored vectors: ours in float32 and int8 against LlamaIndex with its defaults, in one run.

    python -m benchmarks.embedding [all|ends|queries|scale|gpu] [documents]

`ends` reads, cuts, embeds and stores SciFact's abstracts (whole, the same chunks for all), embeds them again
unchanged, and again with one in a hundred changed. `queries` is the benchmark of LlamaIndex's page on embeddings:
batches of 512 questions, here all distinct. `scale` embeds 1,000 to 100,000 short chunks. All weights are those of
all-MiniLM-L6-v2. Ratios count; seconds are this machine's.
"""

from __future__ import annotations

import sys
import tempfile

from benchmarks._process import bars, measured

MODULE = "benchmarks._contenders"
PEER = "LlamaIndex + Chroma"
SCALE = (1_000, 10_000, 100_000)


def ends(limit: int | None) -> str:
    """Print the table of end-to-end times; give the name of the calibration."""
    int8 = measured(MODULE, "calibrate", limit=limit)
    with tempfile.TemporaryDirectory() as plain, tempfile.TemporaryDirectory() as small:
        peer = measured(MODULE, "llama_index_end_to_end", limit=limit)
        fp32 = measured(MODULE, "ours_end_to_end", limit=limit, store=plain)
        fast = measured(MODULE, "ours_end_to_end", limit=limit, store=small, calibration=int8["calibration"])
    print(f"\nEnd to end: {peer['chunks']:,} chunks (ours: {fp32['chunks']:,})")
    print(
        f"{'':26} {'s, Chroma too':>14} {'s, record':>10} {'ratio':>7} {'again s':>8} {'1 % new s':>10} {'peak MB':>8}"
    )
    print(f"{PEER:26} {peer['seconds']:14.1f} {'':10} {1:7.2f} {'':8} {'':10} {peer['peak_mb']:8.0f}")
    for name, found in (("workbench float32", fp32), ("workbench int8", fast)):
        print(
            f"{name:26} {found['seconds']:14.1f} {found['record']:10.1f} {peer['seconds'] / found['seconds']:7.2f} "
            f"{found['again']:8.2f} {found['changed']:10.2f} {found['peak_mb']:8.0f}"
        )
    print(bars({PEER: peer["chunks"] / peer["seconds"], "workbench float32": fp32["chunks"] / fp32["seconds"],
                "workbench int8": fast["chunks"] / fast["seconds"]}, "chunks/s"))  # fmt: skip
    print(f"unchanged, against float32's first time: {fp32['record'] / fp32['again']:.0f} times as fast (aim: 100)")
    share = (fp32["changed"] - 1) / fp32["record"]
    print(f"1 % changed: {fp32['changed']:.2f} s, {100 * share:.2f} % of the first time plus 1 s (aim: at most 2 %)")
    print(
        f"int8: calibrated once in {int8['seconds']:.0f} s (not counted above); cosine to float32 mean "
        f"{int8['mean']:.4f}, least {int8['least']:.4f}; overlap@10 {int8['overlap']:.3f} (aim: 0.93)"
    )
    return str(int8["calibration"])


def questions(calibration: str, limit: int | None) -> None:
    """Print questions a second."""
    calibration = calibration or str(measured(MODULE, "calibrate", limit=limit)["calibration"])
    contenders = (("HuggingFaceEmbedding", ""), ("workbench float32", ""), ("workbench int8", calibration))
    rates: dict[str, list[float]] = {name: [] for name, _ in contenders}
    for _ in range(3):
        for name, calibrated in contenders:
            found = measured(MODULE, "throughput", contender=name, calibration=calibrated, number=512, rounds=9)
            rates[name].append(found["rate"])
    middle = {name: sorted(values)[1] for name, values in rates.items()}
    print("\nBatches of 512 distinct questions (the page: 38.2 and 266.1 a second, 6.97 times)")
    print(bars(middle, "questions/s"))
    for name, rate in middle.items():
        print(f"{name:26} {rate:10.1f} a second {rate / middle['HuggingFaceEmbedding']:7.2f} times")


def scale() -> None:
    """Print the cost of a chunk at three sizes."""
    print(f"\n{'short chunks':>14} {'ms a chunk':>11} {'Chroma ms':>10} {'grown MB':>9} {'vectors MB':>11}")
    costs = {}
    for number in SCALE:
        found = measured(MODULE, "short_chunks", number=number, chroma=True)
        costs[number] = 1000 * found["record"] / number
        print(
            f"{number:14,} {costs[number]:11.3f} {1000 * found['chroma'] / number:10.3f} {found['grown_mb']:9.0f} "
            f"{found['vectors_mb']:11.0f}"
        )
    print(f"dearest to cheapest: {max(costs.values()) / min(costs.values()):.2f} (aim: 1.3)")


def graphics(limit: int | None) -> None:
    """Print float16 on a GPU."""
    found = measured(MODULE, "gpu", number=limit)
    if not found["device"]:
        print("\nNo GPU is at hand: float16 was not measured.")
        return
    print(f"\n{found['device']}: float32 {found['float32']:,.0f} and float16 {found['float16']:,.0f} chunks a second")


def main() -> int:
    part = sys.argv[1] if len(sys.argv) > 1 else "all"
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else None
    calibration = ends(limit) if part in ("all", "ends") else ""
    if part in ("all", "queries"):
        questions(calibration, limit)
    if part in ("all", "scale"):
        scale()
    if part in ("all", "gpu"):
        graphics(limit)
    return 0


if __name__ == "__main__":
    sys.exit(main())
