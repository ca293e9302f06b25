# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What a card costs, and what it is worth
#
# Reads the database of `GPUDEALS_DB` (or of `gpudeals.toml`) through `tracker.pricing`, whose functions
# return pandas frames. Set `GPUDEALS_CARD` to look at another card.
#
# Open it as a notebook with `jupytext --to ipynb notebooks/price_history.py`, or run it as a script.

# %%
import os
from datetime import UTC, datetime, timedelta

import matplotlib.pyplot as plt
import pandas as pd

from db.engine import open_engine
from db.settings import database_url
from tracker import pricing

engine = open_engine(database_url())
market = pricing.market(engine)
valued = market.dropna(subset=["fair_value"])
if valued.empty:
    raise SystemExit("no card has a fair value yet: `gpudeals import FOLDER` or `gpudeals crawl` brings prices")
busiest = valued.sort_values("n", ascending=False)["sku"].iloc[0]
card = os.environ.get("GPUDEALS_CARD", busiest)
market[["sku", "vram_gb", "fair_value", "low", "high", "n", "kind", "usd_per_gb", "trend_90"]].head(15)

# %% [markdown]
# ## Price history with the fair value and its 80 % interval
#
# Dots are daily medians, by kind: asks, sold and closed prices are never pooled. The line is the fair
# value as of each week, from earlier days only.

# %%
history = pricing.history(engine, card, currency="USD")
today = datetime.now(UTC).date()
first = max(history["day"].min().date(), today - timedelta(days=180)) if len(history) else today
weeks = [day.date() for day in pd.date_range(first + timedelta(days=7), today, freq="7D")] or [today]
worth = pricing.fair_value(engine, weeks).query("sku == @card")

figure, axes = plt.subplots(figsize=(9, 4.5))
for kind, group in history[history["day"] >= pd.Timestamp(first)].groupby("kind"):
    axes.plot(group["day"], group["median"], ".", label=f"{kind} (n = {group['n'].sum()})")
axes.plot(worth["day"], worth["value"], "k-", label="fair value")
axes.fill_between(worth["day"], worth["low"], worth["high"], color="k", alpha=0.15, label="80 % interval")
axes.set_title(card)
axes.set_ylabel("USD a card")
axes.legend()
figure.autofmt_xdate()

# %% [markdown]
# ## What a GB of VRAM costs over time

# %%
sizes = market.set_index("sku")["vram_gb"]
leaders = valued.sort_values("usd_per_gb")["sku"].head(5).tolist()
path = pricing.fair_value(engine, weeks).query("sku in @leaders").dropna(subset=["value"])
path["usd_per_gb"] = path["value"] / path["sku"].map(sizes)

figure, axes = plt.subplots(figsize=(9, 4.5))
for sku, group in path.groupby("sku"):
    axes.plot(group["day"], group["usd_per_gb"], label=sku)
axes.set_ylabel("USD a GB")
axes.legend()
figure.autofmt_xdate()

# %% [markdown]
# ## The VRAM-price frontier
#
# A card is on the line where no card with as much VRAM costs less.

# %%
ranked = valued.sort_values(["vram_gb", "fair_value"], ascending=[False, True])
frontier = ranked[ranked["fair_value"] < ranked["fair_value"].cummin().shift(fill_value=float("inf"))]

figure, axes = plt.subplots(figsize=(9, 5))
axes.plot(valued["vram_gb"], valued["fair_value"], "o", alpha=0.5)
axes.plot(frontier["vram_gb"], frontier["fair_value"], "k-")
for row in frontier.itertuples():
    axes.annotate(row.sku, (row.vram_gb, row.fair_value), textcoords="offset points", xytext=(6, -10), fontsize=8)
axes.set(xscale="log", yscale="log", xlabel="VRAM, GB", ylabel="fair value, USD")
axes.set_xticks([4, 8, 12, 16, 24, 32, 48, 80], [4, 8, 12, 16, 24, 32, 48, 80])

# %% [markdown]
# ## From ask to sold
#
# How far the last asks lie above what cards sold or closed for, over all cards that have both.

# %%
weekly = pd.concat([pricing.history(engine, sku, by="month", currency="USD").assign(sku=sku) for sku in valued["sku"]])
table = weekly.pivot_table(index=["sku", "day"], columns="kind", values="median")
done = [kind for kind in ("sold", "closed") if kind in table]
gaps = {kind: (table["ask"] / table[kind] - 1).dropna() for kind in done if "ask" in table}
pd.DataFrame({kind: {"median gap": gap.median(), "card-months": len(gap)} for kind, gap in gaps.items()})

# %%
plt.show()
