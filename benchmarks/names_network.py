"""The network of `voc.privacy.network` in torch: learnt on everything first, then, as a chain, on what matters most.

Torch is needed only here. Classes other than names are learnt beside them and left out of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.names_classes import CLUENER, DAILY, Marked
from benchmarks.names_crf import classes
from voc.privacy.network import UNKNOWN, WORDS, word_places

WIDTH, HIDDEN, DROP = 64, 48, 0.4
UNSEEN, WORDLESS = 0.06, 0.3  # characters, and words of sentences, left out at random
ASIDE = 0.3  # what the other classes count
LONGEST, RARE = 120, 3
STATES = 4
FAR = -1e4
ALLOWED = torch.tensor([[1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0]]).bool()
SCHEMES = {"daily": DAILY, "cluener": CLUENER}
KINDS = classes()
_HEADS = ("c", "k", "w", "y", "others")


def vocabulary(texts: Sequence[str]) -> list[str]:
    """Characters met often enough, the commonest first."""
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(text)
    return [c for c, n in counted.most_common() if n >= RARE and ord(c) < 65536]


def encode(marked: Sequence[Marked], listed: Sequence[str]) -> list[dict[str, Any]]:
    """Sentences as arrays."""
    rows = np.full(65536, UNKNOWN, np.int64)
    rows[0] = 0
    for at, c in enumerate(listed):
        rows[ord(c)] = UNKNOWN + 1 + at
    rows[48:58] = rows[48]
    encoded = [_encoded(one, rows) for one in marked]
    return [one for one in encoded if len(one["c"]) > 2]


def _encoded(one: Marked, rows: Any) -> dict[str, Any]:
    text = one.text[:LONGEST]
    size = len(text)
    codes = np.minimum(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<i4"), 65535)
    y, others = np.zeros(size, np.int64), np.full(size, -1 if one.classes is None else 0, np.int64)
    for a, b in one.names:
        if b <= size and b - a > 1:
            y[a:b], y[a], y[b - 1] = 2, 1, 3
    for kind, a, b in one.classes or ():
        if b <= size:
            others[a:b], others[a] = 2 + 2 * kind, 1 + 2 * kind
    words = np.array(list(word_places(text)), np.int64)
    return {"c": rows[codes], "k": KINDS[codes].astype(np.int64), "w": words, "y": y, "others": others,
            "scheme": one.scheme, "share": one.share}  # fmt: skip


class Net(nn.Module):
    """As `voc.privacy.network`, with dropout and a head for each scheme of classes."""

    def __init__(self, chars: int) -> None:
        super().__init__()
        self.char = nn.Embedding(chars, WIDTH)
        nn.init.normal_(self.char.weight, 0, 0.3)
        self.kind = nn.Embedding(64, WIDTH)
        nn.init.normal_(self.kind.weight, 0, 0.2)
        self.word = nn.Embedding(WORDS, WIDTH)
        nn.init.normal_(self.word.weight, 0, 0.2)
        self.lstm = nn.LSTM(WIDTH, HIDDEN, bidirectional=True, batch_first=True)
        self.drop = nn.Dropout(DROP)
        self.name = nn.Linear(2 * HIDDEN, STATES)
        self.aside = nn.ModuleDict(
            {s: nn.Linear(2 * HIDDEN, 1 + 2 * len(found)) for s, found in SCHEMES.items()}
        )
        self.link = nn.Parameter(torch.zeros(STATES, STATES))

    def forward(self, c: Any, k: Any, w: Any, sizes: Any) -> Any:
        if self.training:
            c = torch.where(torch.rand(c.shape) < UNSEEN, torch.ones_like(c) * (c > 0), c)
            w = w * (torch.rand(len(w), 1) > WORDLESS)
        x = self.drop(self.char(c) + self.kind(k) + self.word(w))
        packed, _ = self.lstm(nn.utils.rnn.pack_padded_sequence(x, sizes, batch_first=True))
        return self.drop(nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)[0])


def _chain_loss(scores: Any, link: Any, y: Any, there: Any) -> Any:
    """How unlikely each sentence's states are among all it could have."""
    links = torch.where(ALLOWED, link, torch.tensor(FAR))
    a = scores[:, 0] + torch.tensor([0, 0, FAR, FAR])
    for i in range(1, scores.shape[1]):
        fresh = torch.logsumexp(a[:, :, None] + links[None], 1) + scores[:, i]
        a = torch.where(there[:, i, None], fresh, a)
    every = torch.logsumexp(a + torch.tensor([0, FAR, FAR, 0.0]), 1)
    right = (scores.gather(2, y[..., None])[..., 0] * there).sum(1)
    return every - right - (link[y[:, :-1], y[:, 1:]] * there[:, 1:]).sum(1)


def _batches(items: Sequence[dict[str, Any]], size: int, rng: Any) -> Iterator[list[int]]:
    order = np.arange(len(items))
    rng.shuffle(order)
    for start in range(0, len(order), size * 50):
        chunk = sorted(order[start : start + size * 50], key=lambda at: -len(items[at]["c"]))
        batches = [chunk[at : at + size] for at in range(0, len(chunk), size)]
        rng.shuffle(batches)
        yield from batches


def _padded(rows: Sequence[Any], fill: int) -> Any:
    size = len(rows[0])
    return torch.from_numpy(np.stack([np.concatenate([r, np.full(size - len(r), fill)]) for r in rows]))


def _loss(net: Net, chosen: Sequence[dict[str, Any]], chained: bool) -> Any:
    c, k, w, y, others = (_padded([one[h] for one in chosen], -1 if h == "others" else 0) for h in _HEADS)
    sizes = torch.tensor([len(one["c"]) for one in chosen])
    share = torch.tensor([one["share"] for one in chosen]).float()
    there = torch.arange(c.shape[1])[None] < sizes[:, None]
    hidden = net(c, k, w, sizes)
    scores = net.name(hidden)
    if chained:
        loss = (_chain_loss(scores, net.link, y, there) * share).sum()
    else:
        each = functional.cross_entropy(scores.reshape(-1, STATES), y.reshape(-1), reduction="none")
        loss = (each.reshape(y.shape) * there * share[:, None]).sum()
    for scheme, head in net.aside.items():
        ours = torch.tensor([one["scheme"] == scheme for one in chosen])
        if ours.any():
            found = head(hidden[ours])
            loss = loss + ASIDE * functional.cross_entropy(
                found.reshape(-1, found.shape[-1]), others[ours].reshape(-1), ignore_index=-1, reduction="sum"
            )
    return loss / len(chosen)


def learn(
    net: Net, items: Sequence[dict[str, Any]], epochs: int, rate: float, size: int, chained: bool
) -> None:
    """Fit in place; the same items give the same weights on one thread."""
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    net.train()
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-4)
    steps = epochs * (len(items) // size + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 5, pct_start=0.1)
    for _ in range(epochs):
        for batch in _batches(items, size, rng):
            loss = _loss(net, [items[at] for at in batch], chained)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            schedule.step()
    net.eval()


def train(every: Sequence[Marked], last: Sequence[Marked], listed: Sequence[str]) -> Net:
    """Two passes over everything, then six over what is learnt last."""
    net = grounded(every, listed)
    learn(net, encode(last, listed), 6, 2e-3, 32, chained=True)
    return net


def grounded(every: Sequence[Marked], listed: Sequence[str]) -> Net:
    """A network that has read everything twice; trial fits that leave out some of the rest start from it."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    net = Net(UNKNOWN + 1 + len(listed))
    learn(net, encode(every, listed), 2, 5e-3, 96, chained=False)
    return net


def parts(net: Net, listed: Sequence[str]) -> dict[str, Any]:
    """The arrays of a file: embeddings in eight bits, the rest in sixteen."""
    both = ("", "_reverse")
    lstm = {name: value.detach().numpy() for name, value in net.lstm.named_parameters()}
    tables = {"chars": net.char, "kinds": net.kind, "words": net.word}
    scales = {name: float(table.weight.detach().abs().max()) / 127 for name, table in tables.items()}
    small = {
        name: np.rint(t.weight.detach().numpy() / scales[name]).astype(np.int8) for name, t in tables.items()
    }
    half = {
        "input": np.stack([lstm[f"weight_ih_l0{way}"].T for way in both]),
        "bias": np.stack([lstm[f"bias_ih_l0{way}"] + lstm[f"bias_hh_l0{way}"] for way in both]),
        "steps": np.stack([lstm[f"weight_hh_l0{way}"].T for way in both]),
        "last": net.name.weight.detach().numpy().T.reshape(2, HIDDEN, STATES),
        "start": net.name.bias.detach().numpy(),
    }
    return {
        "vocabulary": np.array([ord(c) for c in listed], np.uint16),
        **small,
        "scales": np.array(list(scales.values()), np.float32),
        **{name: value.astype(np.float16) for name, value in half.items()},
        "links": net.link.detach().numpy().astype(np.float32),
    }
