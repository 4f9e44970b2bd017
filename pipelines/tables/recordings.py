"""The table `recordings`: what each take sounds like as a file: length, loudness, clipping, silence, band."""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table

RECORDINGS = Table(
    name="recordings",
    why="A take that is clipped, silent or upsampled is paid for as audio and is none; text orders do not mind.",
    grain="one take present in landing and looked at this night",
    key=("row_id", "uri"),
    columns=(
        Column("row_id", pa.string(), "the row of `submissions`"),
        Column("uri", pa.string(), "relative to landing/takes/<feed>/"),
        Column("decodes", pa.bool_(), "libsndfile reads it whole"),
        Column("duration_s", pa.float64(), "frames / sample rate; 0 where it does not decode"),
        Column("off_declared_s", pa.float64(), "|duration - declared|; 0 where none is declared"),
        Column("sample_rate_hz", pa.int32(), "of the file"),
        Column("channels", pa.int32(), "of the file"),
        Column("loudness_lufs", pa.float64(), "ITU-R BS.1770; null under 0.4 s, one gating block", nullable=True),
        Column("peak_dbfs", pa.float64(), "highest sample; -120 for silence"),
        Column("clipped", pa.float64(), "share of samples in runs of three or more at full scale"),
        Column("silence", pa.float64(), "share of 20 ms frames under -50 dBFS"),
        Column("dc_offset", pa.float64(), "|mean| of the samples, full scale 1"),
        Column("band_hz", pa.float64(), "frequency below which 99.9 % of the energy lies"),
        Column("band_share", pa.float64(), "band / half the sample rate: low where a file was upsampled"),
        Column("broken", pa.list_(pa.string()), "rules of expectations/takes.json that it breaks"),
        Column("is_broken", pa.bool_(), "one of them is more than a flag: no order that asks audio gets the row"),
    ),
)
