"""The table `fingerprints`: what dedup remembers of every readable row, superseded ones included."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

FINGERPRINTS = Table(
    name="fingerprints",
    version=2,  # words are hashed otherwise than in version 1: fingerprint them anew
    why="The history that a night is compared with; the sorted truth above which look-up arrays are rebuilt.",
    grain="one row of submissions, in the night that first delivered it",
    key=("submitted_at", "submission_id", "revision", "row_id"),
    personal=True,
    columns=(
        Column("row_id", pa.string(), "the row of `submissions`"),
        Column("submission_id", pa.string(), "other revisions of it are no duplicates"),
        Column("revision", pa.int32(), "its revision"),
        Column("submitted_at", pa.timestamp("us", tz="UTC"), "earlier means: by this, then id, then revision"),
        Column("performers", pa.list_(pa.string()), "whose work it is: sorted ids"),
        Column("is_text", pa.bool_(), "text work: some performer's modalities hold text, or there is no take"),
        Column("brief_text_unknown", pa.bool_(), "no brief text was found, so none was removed (semantics 12)"),
        Column("words", pa.list_(pa.uint32()), "hashes of the performed words in order; none where it is no text work"),
        Column("turn_words", pa.list_(pa.uint32()), "how many of them each turn has"),
        Column(
            "turn_labels", pa.list_(pa.uint64()), "each turn's emotion, undertone and intensity as one hash; 0 is none"
        ),
        Column("takes", pa.list_(pa.string()), "sha256 of the recordings' files, sorted"),
        Column(
            "sounds",
            pa.list_(pa.string()),
            "sha256 of the recordings' decoded samples; and, by ear, of the files that they are: sha256, sha256~errors",
        ),
    ),
)
