"""The nearest vectors: which FAISS index serves how many of them, and how it is asked.

Up to FLAT_UP_TO every vector is compared. Up to HNSW_UP_TO a graph is walked (Malkov and Yashunin 2018), which keeps
the vectors. Above, some of many lists are read (IVF: Sivic and Zisserman 2003), in which a vector is one byte a
dimension, and the best are compared again with the true vectors, which stay on disk. ``python -m
benchmarks.search_scale`` measures them, and docs/decisions/0017 tells what else was tried.
"""

from __future__ import annotations

import math
from typing import Literal

import faiss
import numpy as np

Kind = Literal["flat", "hnsw", "ivf"]

FLAT_UP_TO = 5_000
HNSW_UP_TO = 200_000

_HNSW_LINKS, _HNSW_BUILD_DEPTH, _HNSW_SEARCH_DEPTH = 32, 80, 160
_LISTS_READ = 64
_TRAINING_VECTORS_A_LIST = 40
_TRAINING_ROUNDS = 8
_COMPARED_AGAIN = 4  # times as many as are wanted
_SEED = 7


def kind_for(count: int) -> Kind:
    """The kind of index that serves so many vectors best."""
    return "flat" if count <= FLAT_UP_TO else "hnsw" if count <= HNSW_UP_TO else "ivf"


def kind_of(index: faiss.Index) -> Kind:
    """What kind an index is."""
    if isinstance(index, faiss.IndexIVF):
        return "ivf"
    return "hnsw" if isinstance(index, faiss.IndexHNSW) else "flat"


def make_index(vectors: np.ndarray, kind: Kind | None = None) -> faiss.Index:
    """An index by inner product over vectors of shape (n, dimension), of the kind that their number asks for."""
    count, dimension = vectors.shape
    kind = kind or kind_for(count)
    if kind == "flat":
        index: faiss.Index = faiss.IndexFlatIP(dimension)
    elif kind == "hnsw":
        index = faiss.IndexHNSWFlat(dimension, _HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = _HNSW_BUILD_DEPTH
        index.hnsw.efSearch = _HNSW_SEARCH_DEPTH
    else:
        index = _trained(vectors)
    for start in range(0, count, 100_000):  # in parts: float16 becomes float32 here
        index.add(np.ascontiguousarray(vectors[start : start + 100_000], dtype=np.float32))
    return index


def nearest(
    index: faiss.Index, vector: np.ndarray, count: int, hidden: faiss.IDSelector | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Similarities and rows of the ``count`` rows nearest to a vector of shape (dimension,), without the hidden.

    An IVF index gives a few times as many, with similarities off by some thousandths: compare them again.
    """
    kind = kind_of(index)
    if kind == "ivf":
        count *= _COMPARED_AGAIN
        parameters = faiss.SearchParametersIVF(sel=hidden, nprobe=_LISTS_READ)
    elif kind == "hnsw":
        parameters = faiss.SearchParametersHNSW(sel=hidden, efSearch=max(_HNSW_SEARCH_DEPTH, 2 * count))
    else:
        parameters = faiss.SearchParameters(sel=hidden)
    similarities, rows = index.search(vector[None], min(count, index.ntotal), params=parameters)
    found = rows[0] >= 0
    return similarities[0][found], rows[0][found]


def all_but(rows: np.ndarray) -> faiss.IDSelector:
    """What ``nearest`` takes as hidden."""
    batch = faiss.IDSelectorBatch(np.ascontiguousarray(rows, dtype=np.int64))
    selector = faiss.IDSelectorNot(batch)
    selector.held = batch  # FAISS keeps only a pointer
    return selector


def _trained(vectors: np.ndarray) -> faiss.Index:
    count, dimension = vectors.shape
    lists = 2 ** round(math.log2(2 * math.sqrt(count)))
    index = faiss.index_factory(dimension, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = _TRAINING_ROUNDS
    chosen = np.random.default_rng(_SEED).permutation(count)[: lists * _TRAINING_VECTORS_A_LIST]
    index.train(np.ascontiguousarray(vectors[np.sort(chosen)], dtype=np.float32))
    return index
