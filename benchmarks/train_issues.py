"""Train the issue model from hand-written sentences, phrases and what the cues find in public reviews."""

from __future__ import annotations

import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression

from benchmarks import corpora
from benchmarks.writing import save
from voc.clauses import clausal, clause_of
from voc.issues import SLOT_BITS, IssueModel, features, shares
from voc.labels import annotate
from voc.model import Model, ToneModel
from voc.taxonomy import Taxonomy, parse_taxonomy
from voc.text import normalise

SEEDS = Path(__file__).with_name("seeds")
SEED = 20261121
NONE = ""
PAIRS = 80  # sentences made of two phrases, per issue
TALK = 300
PER_ISSUE, QUIET = 120, 9000
WEIGHT = {
    "complaints": 1.0,
    "none": 0.7,
    "near": 0.6,
    "praise": 0.4,
    "phrase": 0.5,
    "mixed": 0.6,
    "cue": 0.15,
    "real": 0.12,
}
PENALTY, ITERATIONS = 1e-5, 60
THRESHOLD = 0.38  # set by reading real reviews and by the mentions worth losing; see docs/benchmarks.md


@dataclass(frozen=True)
class Sentence:
    text: str
    issue: str
    kind: str


def seeds() -> list[Sentence]:
    """Every hand-written sentence with its issue, NONE for praise, neighbours and empty talk."""
    found = []
    for path in sorted(SEEDS.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [Sentence(text, NONE, "none") for text in data.get("sentences", [])]
        for entry in data.get("issue", []):
            for kind in ("complaints", "praise", "near"):
                issue = entry["code"] if kind == "complaints" else NONE
                found += [Sentence(text, issue, kind) for text in entry[kind]]
    return _plain(found)


def mixed(sentences: list[Sentence], rng: np.random.Generator) -> list[Sentence]:
    """Complaints with talk around them, and talk alone, so that the frame of a note comes to mean nothing."""
    talk = tomllib.loads((SEEDS / "phrases.toml").read_text(encoding="utf-8"))["talk"]["around"].split()
    talk = [sentence.text for sentence in _plain([Sentence(text, NONE, "none") for text in talk])]
    found = [Sentence(text, NONE, "none") for text in talk]
    found += [Sentence("\n".join(rng.choice(talk, 2)), NONE, "none") for _ in range(TALK)]
    for sentence in sentences:
        if sentence.issue:
            first, last = rng.choice(talk, 2)
            found.append(Sentence(f"{first}\n{sentence.text}\n{last}", sentence.issue, "mixed"))
    return found


def phrases(rng: np.random.Generator) -> list[Sentence]:
    """Phrases by themselves and in pairs."""
    table = tomllib.loads((SEEDS / "phrases.toml").read_text(encoding="utf-8"))["phrases"]
    found = []
    for issue, words in table.items():
        known = words.split()
        pairs = rng.choice(known, (PAIRS, 2))
        joined = [a + glue + b for (a, b), glue in zip(pairs, rng.choice(["", "，"], PAIRS), strict=True)]
        found += [Sentence(text, issue, "phrase") for text in [*known, *joined]]
    return _plain(found)


def real(taxonomy: Taxonomy, model: Model, rng: np.random.Generator) -> list[Sentence]:
    """Clauses of public reviews: what sure cues say of them, and reviews in which no cue is found."""
    rows = corpora._clean([*corpora.shopping(), *corpora.aircon(), *corpora.apps(), *corpora.aspects()])
    rows = [row for row in rows if corpora.part(row.text) == "train"]
    rows = [rows[k] for k in rng.permutation(len(rows))[:40_000]]
    texts = clausal([row.text for row in rows])
    found: list[Sentence] = []
    count: dict[str, int] = {}
    labelled = annotate([r.text for r in rows], [r.rating for r in rows], taxonomy, model)
    for text, row, mentions in zip(texts, rows, labelled.mentions, strict=True):
        for m in mentions:
            if m.polarity < 0 and m.confidence > 0.85 and count.get(m.issue, 0) < PER_ISSUE:
                count[m.issue] = count.get(m.issue, 0) + 1
                left, right = clause_of(text, m.start, m.end)
                found.append(Sentence(text[left:right], m.issue, "cue"))
        if not mentions and len(row.text) < 80 and count.get(NONE, 0) < QUIET:
            count[NONE] = count.get(NONE, 0) + 1
            found.append(Sentence(text, NONE, "real"))
    return found


def _plain(sentences: list[Sentence]) -> list[Sentence]:
    texts = clausal(normalise([sentence.text for sentence in sentences]))
    return [Sentence(text, s.issue, s.kind) for text, s in zip(texts, sentences, strict=True)]


def held_out(sentence: Sentence) -> bool:
    """A quarter of the hand-written sentences, by their words."""
    return zlib.crc32(sentence.text.encode()) % 4 == 0


def rarity(sentences: list[Sentence]) -> NDArray[np.float32]:
    """Logarithm of how seldom an n-gram stands in reviews and sentences; 0 where it was seen but once."""
    ones = np.ones(2**SLOT_BITS, dtype=np.float32)
    present = features([sentence.text for sentence in sentences], ones) > 0
    frequency = np.asarray(present.sum(axis=0)).ravel()
    weight = np.log((len(sentences) + 1) / (frequency + 1))
    return np.where(frequency >= 2, weight, 0).astype(np.float32)


def fit(sentences: list[Sentence], codes: tuple[str, ...], rare: NDArray[np.float32]) -> IssueModel:
    """Weighted multinomial logistic regression by L-BFGS, with a squared penalty."""
    x = features([sentence.text for sentence in sentences], rare)
    used = np.flatnonzero(np.asarray((x > 0).sum(axis=0)).ravel() >= 2)
    labels = [*codes, NONE]
    y = np.array([labels.index(sentence.issue) for sentence in sentences])
    weight = np.array([WEIGHT[sentence.kind] for sentence in sentences])
    small, bias = _minimise(x[:, used].tocsr(), y, weight / weight.sum(), len(labels))
    weights = np.zeros((2**SLOT_BITS, len(labels)), dtype=np.float32)
    weights[used] = small
    return IssueModel(codes, weights, bias, rare, np.array([[0.0, 1.0], [0.0, 1.0]]), 0.5)


def _minimise(
    x: sparse.csr_matrix, y: NDArray[np.intp], weight: NDArray[np.float64], outputs: int
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    rows, columns = x.shape
    turned, truth = x.T.tocsr(), np.eye(outputs, dtype=np.float32)[y]
    size = columns * outputs

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        table = flat[:size].reshape(columns, outputs).astype(np.float32)
        logits = x @ table + flat[size:].astype(np.float32)
        logits -= logits.max(axis=1, keepdims=True)
        raised = np.exp(logits)
        total = raised.sum(axis=1, keepdims=True)
        value = -(weight * (logits[np.arange(rows), y] - np.log(total[:, 0]))).sum()
        pull = ((raised / total - truth) * weight[:, None]).astype(np.float32)
        slope = np.concatenate([(turned @ pull + PENALTY * table).ravel(), pull.sum(axis=0)])
        return float(value + 0.5 * PENALTY * (table**2).sum()), slope.astype(np.float64)

    options = {"maxiter": ITERATIONS, "maxcor": 5}
    best = minimize(loss, np.zeros(size + outputs), jac=True, method="L-BFGS-B", options=options).x
    return best[:size].reshape(columns, outputs).astype(np.float32), best[size:]


def calibrate(model: IssueModel, sentences: list[Sentence]) -> tuple[NDArray[np.float64], float, str]:
    """Knots from top probability to share of right ones, the threshold, and a line that tells how good it is."""
    found = shares([sentence.text for sentence in sentences], model)[:, :-1]
    best, top = found.argmax(axis=1), found.max(axis=1)
    right = np.array([s.issue == model.codes[k] for s, k in zip(sentences, best, strict=True)])
    fitted = IsotonicRegression(y_min=0.01, y_max=0.97, out_of_bounds="clip").fit(top, right)
    at = np.unique(np.quantile(top, np.linspace(0, 1, 33)))
    sure = fitted.predict(top)
    order = np.argsort(-sure, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    complaints = sum(bool(s.issue) for s in sentences)
    told = ", ".join(
        f"recall {right[order][precision >= p].size and np.cumsum(right[order])[precision >= p].max() / complaints:.3f}"
        f" at precision {p}" for p in (0.7, 0.75, 0.8, 0.85)
    )  # fmt: skip
    named = np.array([bool(s.issue) for s in sentences])
    line = f"held-out seeds: right issue {right[named].mean():.3f} of {complaints} complaints; {told}"
    return np.stack([at, fitted.predict(at)]), THRESHOLD, line


def packed(issues: IssueModel) -> dict[str, NDArray[np.generic]]:
    """The rows of the issue model that hold anything, in eight bits."""
    used = np.flatnonzero(np.abs(issues.weights).max(axis=1) > 0)
    scale = np.quantile(np.abs(issues.weights[used]), 0.9999, axis=0) / 127
    small = np.clip(np.round(issues.weights[used] / scale), -127, 127).astype(np.int8)
    return {
        "issue_slots": used.astype(np.uint16), "issue_weights": small, "issue_scale": scale.astype(np.float32),
        "issue_bias": issues.bias, "issue_rarity": issues.rarity.astype(np.float16), "issue_knots": issues.knots,
    }  # fmt: skip


def write(folder: Path, tone: ToneModel) -> None:
    """Train with the tone of the clauses at hand and write topics.npz with its card."""
    taxonomy = parse_taxonomy((folder / "taxonomy.toml").read_text(encoding="utf-8"))
    issues, quality = train(taxonomy, Model("", tone, None))
    card = {
        "kind": "multinomial logistic regression over hashed character 1-3-grams, read where no cue speaks",
        "issues": issues.codes,
        "issue_threshold": issues.threshold,
        "issue_quality": quality,
        "seed": SEED,
        "quality": "docs/benchmarks.md",
        "labels": "hand-written sentences and phrases (benchmarks/seeds), sure cues in public reviews",
    }
    save(folder, "topics", card, packed(issues))
    print(quality)


def train(taxonomy: Taxonomy, model: Model) -> tuple[IssueModel, str]:
    """Fit, calibrate on sentences held out, fit again on everything."""
    rng = np.random.default_rng(SEED)
    codes = tuple(issue.code for issue in taxonomy.issues)
    written, other = seeds(), [*phrases(rng), *real(taxonomy, model, rng)]
    rare = rarity([*written, *other])
    kept = [s for s in written if not held_out(s)]
    trial = fit([*kept, *mixed(kept, rng), *other], codes, rare)
    knots, threshold, line = calibrate(trial, [s for s in written if held_out(s) and s.kind != "praise"])
    final = fit([*written, *mixed(written, rng), *other], codes, rare)
    return IssueModel(codes, final.weights, final.bias, rare, knots, threshold), line
