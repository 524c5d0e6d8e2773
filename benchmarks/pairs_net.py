"""The network of `voc.similarity.network` in torch, and the embeddings it starts from. Torch is needed only here."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from sklearn.utils.extmath import randomized_svd
from torch import nn
from torch.nn import functional

from benchmarks.pairs_data import Encoded
from voc.similarity.features import CHARS, PAIRS, WORDS, Sentence
from voc.similarity.network import positions

WIDTH, HIDDEN = 64, 64
ROWS = CHARS + PAIRS + WORDS
EPOCHS, BATCH, RATE, DROP, UNSEEN = 2, 128, 2e-3, 0.3, 0.15
AVERAGED, EVERY = 0.98, 8  # the weights kept are a moving average, taken every few steps
_WINDOW = 6
_BANK = 1 << 24


def embeddings(texts: Sequence[Sentence]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Rows of unit length from the company characters, pairs and words keep: PPMI, then SVD (Levy 2014)."""
    counts = sp.csr_matrix((ROWS, WORDS), dtype=np.float32)
    items: list[Any] = []
    contexts: list[Any] = []
    for start in range(0, len(texts), 20_000):
        for places in positions(texts[start : start + 20_000]):
            n = int((places[0] > 0).sum())
            words = places[3, :n] - CHARS - PAIRS
            distance = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
            i, j = np.nonzero((distance <= _WINDOW) & (words[:, None] != words[None, :]))
            items += [places[kind, i] for kind in range(4)]
            contexts += [words[j]] * 4
        rows, columns = np.concatenate(items), np.concatenate(contexts)
        counts = counts + sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=counts.shape)
        items, contexts = [], []
    left, _, _ = (lambda u, s, v: (u * np.sqrt(s), s, v))(
        *randomized_svd(_ppmi(counts), WIDTH, n_iter=3, random_state=0)
    )
    unit: np.ndarray[Any, np.dtype[np.float32]] = left / (np.linalg.norm(left, axis=1, keepdims=True) + 1e-6)
    return unit.astype(np.float32)


def _ppmi(counts: sp.csr_matrix) -> sp.csr_matrix:
    total = counts.sum()
    rows, columns = np.asarray(counts.sum(1)).ravel(), np.asarray(counts.sum(0)).ravel() ** 0.75
    columns = columns / columns.sum() * total
    found = counts.tocoo()
    value = np.log(np.maximum(found.data * total / (rows[found.row] * columns[found.col]), 1e-9))
    kept = (value > 0) & (found.data >= 2)
    return sp.csr_matrix((value[kept], (found.row[kept], found.col[kept])), shape=counts.shape)


class Net(nn.Module):
    """As `voc.similarity.network._network`, with dropout."""

    def __init__(self, start: Any, plain: int) -> None:
        super().__init__()
        self.table = nn.Embedding.from_pretrained(torch.tensor(0.5 * start), freeze=False)
        self.attend = nn.Linear(WIDTH, WIDTH, bias=False)
        nn.init.eye_(self.attend.weight)
        self.compare = nn.Linear(4 * WIDTH, HIDDEN)
        self.judge = nn.Linear(4 * HIDDEN + 2 * WIDTH + plain, HIDDEN)
        self.last = nn.Linear(HIDDEN, 1)
        # One bank of masks, read at random places: drawing each anew takes longer than the network.
        self._bank = (torch.rand(_BANK) > DROP).float() / (1 - DROP)

    def _drop(self, values: Any) -> Any:
        if not self.training:
            return values
        start = int(torch.randint(0, _BANK - values.numel(), (1,)))
        return values * self._bank[start : start + values.numel()].view(values.shape)

    def _embed(self, places: Any) -> tuple[Any, Any]:
        there = places[:, 0] > 0
        kinds = self.table(places)
        if self.training:  # the character itself always stays
            kept = (torch.rand(len(places), 4, places.shape[2], 1) > UNSEEN).float()
            kept[:, 0] = 1
            kinds = kinds * kept
        return self._drop(kinds.sum(1)) * there.unsqueeze(-1), there

    def _compared(self, own: Any, aligned: Any, there: Any) -> tuple[Any, Any]:
        seen = self._drop(torch.cat([own, aligned, (own - aligned).abs(), own * aligned], -1))
        judged = torch.relu(self.compare(seen)) * there.unsqueeze(-1)
        return _root(judged, there), judged.amax(1)

    def forward(self, x: Any, y: Any, plain: Any) -> Any:
        (a, here), (b, there) = self._embed(x), self._embed(y)
        scores = self.attend(a) @ self.attend(b).transpose(1, 2)
        to_b = scores.masked_fill(~there[:, None, :], -1e4).softmax(2) @ b
        to_a = scores.transpose(1, 2).masked_fill(~here[:, None, :], -1e4).softmax(2) @ a
        (va, xa), (vb, xb) = self._compared(a, to_b, here), self._compared(b, to_a, there)
        ma, mb = _root(a, here), _root(b, there)
        joined = torch.cat(
            [va + vb, (va - vb).abs(), xa + xb, (xa - xb).abs(), (ma - mb).abs(), ma * mb, plain], 1
        )
        return self.last(functional.dropout(torch.relu(self.judge(joined)), DROP, self.training)).squeeze(1)


def _root(values: Any, there: Any) -> Any:
    return values.sum(1) / there.sum(1, keepdim=True).clamp(min=1).sqrt()


@dataclass(frozen=True)
class Trained:
    """A network with the centre and spread of its plain features."""

    net: Net
    centre: np.ndarray[Any, np.dtype[np.float32]]
    spread: np.ndarray[Any, np.dtype[np.float32]]

    def plain(self, values: Any) -> Any:
        """Plain features as the network reads them."""
        return torch.tensor(np.clip((values - self.centre) / self.spread, -4, 4), dtype=torch.float32)


def train(data: Encoded, start: Any, seed: int = 0, epochs: int = EPOCHS) -> Trained:
    """Fit the network; the same data give the same weights on one thread."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    made = Trained(Net(start, data.plain.shape[1]), data.plain.mean(0), data.plain.std(0) + 1e-6)
    left, right = torch.tensor(data.left).long(), torch.tensor(data.right).long()
    plain, same = made.plain(data.plain), torch.tensor(data.same)
    lengths = (left[:, 0] > 0).sum(1) + (right[:, 0] > 0).sum(1)
    optimiser = torch.optim.AdamW(made.net.parameters(), lr=RATE, weight_decay=0, fused=True)
    steps = len(same) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=epochs * steps + 1, pct_start=0.15
    )
    made.net.train()
    average, done = deepcopy(made.net).eval(), 0
    for _ in range(epochs):
        for rows in _batches(lengths, steps):
            a, b = _cut(left[rows]), _cut(right[rows])
            a, b = (b, a) if torch.rand(1) < 0.5 else (a, b)
            loss = functional.binary_cross_entropy_with_logits(made.net(a, b, plain[rows]), same[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            done += 1
            if done % EVERY == 0:
                _blend(average, made.net, min(AVERAGED, done / (done + 10 * EVERY)))
    return Trained(average, made.centre, made.spread)


@torch.no_grad()
def _blend(average: nn.Module, net: nn.Module, share: float) -> None:
    for old, new in zip(average.parameters(), net.parameters(), strict=True):
        old.lerp_(new, 1 - share)


def _batches(lengths: Any, steps: int) -> list[Any]:
    """Batches of pairs of about the same length, in random order."""
    order = torch.randperm(len(lengths))
    jitter = lengths[order] + torch.rand(len(lengths))
    pools = [
        pool[jitter[i * 20 * BATCH : (i + 1) * 20 * BATCH].argsort()]
        for i, pool in enumerate(order.split(20 * BATCH))
    ]
    batches = torch.cat(pools)[: steps * BATCH].view(steps, BATCH)
    return [batches[row] for row in torch.randperm(steps)]


def _cut(places: Any) -> Any:
    return places[:, :, : max(int((places[:, 0] > 0).sum(1).max()), 1)]
