"""What the daily roll-up counts together and what apart."""

#: Conditions that count together by default; new stands apart, and parts never count.
POOLED_CONDITIONS = ("open_box", "refurbished", "used")
POOLED = "pooled"

#: kind, condition, currency: what is never mixed.
Key = tuple[str, str, str]
