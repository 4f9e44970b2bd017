"""The closed codes of the contract feed, as section 1 of the rights rules lists them."""

from __future__ import annotations

LEAVES_OF: dict[str, tuple[str, ...]] = {
    "text_model": ("text_pretrain", "text_finetune", "text_preference", "text_reward_model"),
    "speech_model": ("asr_train", "tts_foundation", "speech_understanding"),
    "replica": ("voice_replica", "avatar_likeness", "performance_replica"),
    "evaluation": ("eval_benchmark", "eval_safety"),
}
ALONE = ("synthetic_data_gen", "retrieval_grounding", "demo_marketing")
LEAVES = frozenset(leaf for leaves in LEAVES_OF.values() for leaf in leaves) | frozenset(ALONE)
PURPOSES = LEAVES | frozenset(LEAVES_OF)
SENSITIVE = frozenset(LEAVES_OF["replica"]) | {"synthetic_data_gen", "demo_marketing"}

MODALITIES = frozenset({"text", "audio", "video", "image", "motion"})

_ISO_3166_1 = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
ISO_COUNTRIES = frozenset(_ISO_3166_1.split())
REST = "~rest"
_EU_27 = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_EU_27.split())
REGIONS: dict[str, frozenset[str]] = {
    "EU": EU,
    "EEA": EU | {"IS", "LI", "NO"},
    "WORLD": ISO_COUNTRIES | {REST},
}
TERRITORIES = ISO_COUNTRIES | frozenset(REGIONS)

ONWARD = ("none", "affiliates", "service_providers", "sublicensees")
OWNERSHIP = frozenset({"work_for_hire", "assignment", "exclusive_licence", "nonexclusive_licence"})
STATUSES = frozenset({"draft", "sent", "executed", "terminated", "void"})
SIGNED = frozenset({"executed", "terminated"})
APPLIES_TO = frozenset({"prospective", "retroactive"})
OVERLAP_RULES = frozenset({"replaces", "adds"})
LAWFUL_BASES = frozenset({"contract", "consent"})
SCOPE_KINDS = ("submission", "session", "campaign", "all")  # from the narrowest to the widest
REPRESENTED_BY = frozenset({"counsel", "union", "none"})
CONSENT_TYPES = frozenset({"digital_replica", "personal_data", "biometric", "guardian", "majority_reaffirmation"})
TARGET_KINDS = frozenset({"performer", "contract", "grant", "session", "submission"})
EFFECTS = frozenset({"stop", "suspend", "erase"})
BASES = frozenset({"contract", "gdpr_7_3", "gdpr_17", "statute", "strike"})
EXCLUSIVITY_SOURCES = frozenset({"contract", "order"})
SUBMISSION_KINDS = frozenset({"audition", "commissioned"})
PAY_MODELS = frozenset(
    {
        "flat",
        "per_scene",
        "per_minute",
        "per_turn",
        "per_accepted_submission",
        "residual_per_delivery",
        "revenue_share",
        "min_guarantee",
    }
)

CELL_STAGES = (
    "PURPOSE_NOT_GRANTED",
    "MODALITY_NOT_GRANTED",
    "TERRITORY_NOT_GRANTED",
    "GRANT_NOT_STARTED",
    "GRANT_EXPIRED",
    "TERM_TOO_SHORT",
    "EMBARGOED",
    "CLIENT_NOT_LISTED",
    "ONWARD_NOT_GRANTED",
    "REVOKED",
    "MAX_DELIVERIES_REACHED",
    "CONTRACT_UNKNOWN_VALUE",
)
ALLOWED = len(CELL_STAGES)  # the stage of a cell that some grant covers
CONSENT_STAGES = (
    "CONSENT_MISSING",
    "CONSENT_EXPIRED",
    "CONSENT_OTHER_CLIENT",
    "CONSENT_NOT_SPECIFIC",
    "CONSENT_WITHDRAWN",
)
CONSENTED = len(CONSENT_STAGES)
_OTHER_REASONS = """
REQUEST_UNKNOWN_VALUE CONTRIBUTOR_COUNT_MISMATCH NO_CONTRIBUTOR MODALITY_UNATTRIBUTED FOOTPRINT_UNKNOWN
NO_CONTRACT AUDITION_NOT_LICENSED CONTRACT_NOT_EXECUTED CONTRACT_TERMINATED CONTRACT_EXPIRED SUSPENDED
ERASURE_REQUESTED COMPENSATION_TERM_MISSING PROHIBITED CLIENT_BLOCKED GUARDIAN_CONSENT_MISSING
MAJORITY_RECONSENT_MISSING MINOR_SENSITIVE_USE AGE_UNKNOWN EXCLUSIVE_TO_OTHER THIRD_PARTY_IP
HUMAN_ATTESTATION_MISSING SUBMISSION_INCOMPLETE
"""
REASONS = frozenset((*CELL_STAGES, *CONSENT_STAGES, *_OTHER_REASONS.split()))


def ordinary_expansion(codes: frozenset[str]) -> frozenset[str]:
    """In grants and consents a parent covers its ordinary leaves only; a sensitive leaf must be named."""
    named = codes & LEAVES
    implied = {leaf for code in codes for leaf in LEAVES_OF.get(code, ())} - SENSITIVE
    return named | implied


def full_expansion(codes: frozenset[str]) -> frozenset[str]:
    """In requests, prohibitions and exclusivities a parent means every leaf, and '*' all of them."""
    if "*" in codes:
        return LEAVES
    return (codes & LEAVES) | {leaf for code in codes for leaf in LEAVES_OF.get(code, ())}


def countries(codes: frozenset[str]) -> frozenset[str]:
    """A region is its countries; '*' is WORLD; WORLD alone holds the pseudo-country '~rest'."""
    if "*" in codes:
        return REGIONS["WORLD"]
    return frozenset(land for code in codes for land in REGIONS.get(code, frozenset({code})))
