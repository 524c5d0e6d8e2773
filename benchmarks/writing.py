"""How trained weights are written: one compressed file of arrays with its card inside, the card beside it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def save(folder: Path, name: str, card: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write folder/name.npz and folder/name_card.json; the same arrays and card give the same bytes."""
    inside = np.frombuffer(json.dumps(card).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, card=inside, **arrays)
    (folder / f"{name}.npz").write_bytes(buffer.getvalue())
    text = json.dumps(card, ensure_ascii=False, indent=2) + "\n"
    (folder / f"{name}_card.json").write_text(text, encoding="utf-8")
    print(f"{name}.npz {len(buffer.getvalue()) / 1e6:.2f} MB")
