"""The table `measures`: what was measured of each submission, flat, so that an expectation can judge it.

A measure is never null: where a rule does not apply (no brief asks for exchanges, no modality is claimed) the measure
holds the value that says so, named in its `why`. Null therefore means "could not be measured", and is held back.
"""

from __future__ import annotations

import pyarrow as pa

from pipelines.tables.contract import Column, Table
from pipelines.tables.verdicts import ROW

COUNT = pa.int32()

FORM = (
    Column("turns", COUNT, "turns delivered"),
    Column("exchanges", pa.float64(), "two turns are one exchange: turns / 2"),
    Column("performed_turns", COUNT, "turns with text or a stage direction"),
    Column("text_turns", COUNT, "turns with text"),
    Column("performed", COUNT, "turns with text or a stage direction, and recordings"),
    Column("stage_only_turns", COUNT, "turns with a stage direction and no text: a pause, a look, an exit"),
    Column("empty_turns", COUNT, "turns with neither text, nor stage direction, in work without a take"),
    Column("turns_out_of_order", COUNT, "turns whose number is not above the number before"),
    Column("turn_gaps", COUNT, "numbers missing between the lowest and the highest turn"),
    Column("speakerless_turns", COUNT, "turns with text and nobody who says it"),
    Column("unknown_speaker_turns", COUNT, "turns said by nobody of `characters`; 0 where the work lists none"),
    Column("voices", COUNT, "distinct speakers"),
    Column("cast_used", pa.float64(), "share of `characters` who speak, 0 to 1; 1 where the work lists none"),
    Column("turn_balance", pa.float64(), "entropy of turns over speakers / log of speakers, 0 to 1; 1 for one voice"),
    Column("longest_turn_chars", COUNT, "characters of the longest turn"),
    Column("text_chars", pa.int64(), "characters of all turns"),
    Column("words", COUNT, "words of all turns: runs of letters, an apostrophe inside included"),
    Column("exchanges_asked", COUNT, "brief.exchanges; 0 where the brief asks for none"),
    Column("turns_off_brief", pa.float64(), "|turns - 2 * asked| / (2 * asked); 0 where the brief asks for none"),
    Column("takes", COUNT, "recordings"),
)

CLAIMS = (
    Column("language_code", pa.string(), "first subtag of the declared language, lower case", nullable=True),
    Column("language_written", pa.string(), "found by script and small words; '' where it cannot be told"),
    Column("language_doubt", pa.string(), "the language found instead of the declared one; '' where there is no doubt"),
    Column("claimed_empty", pa.string(), "modalities claimed with nothing behind them, comma-joined; '' is none"),
    Column("unclaimed_content", pa.string(), "content that no stated footprint claims; '' is none"),
)

EKMAN = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")

REGISTER = (
    *(Column(f"{e}_turns", COUNT, f"turns whose emotion or undertone means {e} in Ekman's words") for e in EKMAN),
    Column("unknown_emotion_turns", COUNT, "turns with an emotion or undertone that its vocabulary does not hold"),
    Column("labelled_turns", pa.float64(), "share of performed turns with an emotion, 0 to 1"),
    Column("compound_turns", pa.float64(), "share of performed turns with two labels or more, undertone included"),
    Column("emotions", COUNT, "distinct emotions, labels and undertones"),
    Column("one_note_turns", COUNT, "labelled turns, 4 or more, of a scene whose every label is the same; else 0"),
    Column("emotion_entropy", pa.float64(), "of the labels, in bits; 0 for one or none"),
)

ARC = (
    Column("intensity_turns", pa.float64(), "share of performed turns whose intensity is known, 0 to 1"),
    Column("intensity_range", pa.float64(), "highest less lowest intensity, 0 to 1; 0 where fewer than two are known"),
    Column("intensity_slope", pa.float64(), "gain from first turn to last by least squares; 0 under three known"),
    Column("intensity_peaks", COUNT, "rises of intensity followed by a fall; a plateau is one, the ends are none"),
    Column("intensity_peak_at", pa.float64(), "place of the highest, 0 first turn, 1 last; 0 where none is known"),
)

SUBTEXT = (
    Column("subtexts", COUNT, "turns with a subtext"),
    Column("echoed_subtexts", COUNT, "subtexts of 3 words or more of which the line itself says four in five"),
)

VOICE = (
    Column("voices_measured", COUNT, "speakers with 50 words or more in each half of their turns, if two or more"),
    Column("voice_steadiness", pa.float64(), "mean likeness of a voice's halves, -1 to 1; 0 where none was measured"),
    Column("voice_distinctness", pa.float64(), "mean of steadiness less likeness to the others; 0 where none"),
)

NOVELTY = (
    Column("personal_data_turns", COUNT, "turns with an e-mail address, a telephone or payment card number"),
    Column("address_turns", COUNT, "turns with a street and number: a flag for people"),
    Column("threat_turns", COUNT, "turns with a threat in the first person: a flag for people"),
    Column("slur_turns", COUNT, "turns with a slur or an obscene word of a public list: a flag for people"),
    Column("assistant_turns", COUNT, "turns that speak as a chat assistant ('as an AI language model')"),
    Column("garbled_turns", COUNT, "turns with replacement characters, control characters or twice-encoded UTF-8"),
)

FLAGS = ("slur_turns", "threat_turns", "address_turns")
"""Measures that are flags for people: shown on the page and by the desk, never a verdict."""

MEASURES = Table(
    name="measures",
    why="One flat row a submission, that expectations judge and reports draw.",
    grain="one row judged this night",
    key=("row_id",),
    columns=(
        *ROW,
        Column("feed", pa.string(), "the source system"),
        Column("kind", pa.string(), "audition or commissioned", nullable=True),
        Column("campaign", pa.string(), "what the work was cast for", nullable=True),
        *FORM,
        *CLAIMS,
        *REGISTER,
        *ARC,
        *SUBTEXT,
        *VOICE,
        *NOVELTY,
    ),
)
