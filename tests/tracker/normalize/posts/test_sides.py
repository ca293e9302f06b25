"""Titles: sides in any spelling, bracket and order, and what the writer is after."""

import pytest

from tracker.normalize.posts.intents.intent import read_intent
from tracker.normalize.posts.intents.title import read_title
from tracker.normalize.posts.markup.text import read_text


@pytest.mark.parametrize(
    ("title", "have", "want"),
    [
        ("[USA-TX] [H] RTX 3080 [W] PayPal", "rtx 3080", "paypal"),
        ("[USA-TX][H]RTX 3080[W]PayPal", "rtx 3080", "paypal"),
        ("[W] PayPal [H] RTX 3080 [USA-TX]", "rtx 3080 [usa-tx]", "paypal"),
        ("(US-FL) (H) RTX 3080 (W) $$$", "rtx 3080", "$$$"),
        ("{USA} {H} RTX 3080 {W} cash", "rtx 3080", "cash"),
        ("H: RTX 3080 W: cash", "rtx 3080", "cash"),
        ("[USA] [H]ave RTX 3080 [W]ant cash", "rtx 3080", "cash"),
        ("[USA-CA]-[H] RTX 3080 [W] cash", "rtx 3080", "cash"),
        ("[FS] [US-E] RTX 3080", "[us-e] rtx 3080", ""),
        ("[WTB] RTX 3080", "", "rtx 3080"),
        ("[SG] RTX 3080", "rtx 3080", ""),
        ("[BG] RTX 3080", "", "rtx 3080"),
        ("WTS: RTX 3080", "rtx 3080", ""),
        ("RTX 3080", "rtx 3080", ""),
    ],
)
def test_sides_of_a_title(title: str, have: str, want: str) -> None:
    sides = read_title(read_text(title))
    assert sides.have_text.strip() == have
    assert sides.want_text.strip() == want


@pytest.mark.parametrize(
    ("title", "body", "flair", "intent"),
    [
        ("[USA] [H] RTX 3080 [W] PayPal", "", None, "sell"),
        ("[USA] [H] PayPal [W] RTX 3080", "", None, "buy"),
        ("[USA] [H] Paypal [W] $10 graphics card", "", None, "buy"),
        ("[USA] [H] $300 PayPal, local cash [W] RTX 3080", "", None, "buy"),
        ("[USA] [H] RTX 3080 [W] RTX 3090", "", None, "trade"),
        ("[USA] [H] RTX 3080 + $200 [W] RTX 4090", "", None, "trade"),
        ("[USA] [H] RTX 3080 [W] RTX 3090 or PayPal", "", None, "sell_or_trade"),
        ("[USA] [H] RTX 3080 [W] PayPal", "Open to trades.", None, "sell_or_trade"),
        ("[USA] [H] RTX 3080 [W] PayPal", "No trades.", None, "sell"),
        ("[USA] [H] RTX 3080 [W] Offers", "", None, "sell"),
        ("[USA] [H] RTX 3080 [W] Xbox, offers", "Trades only please.", None, "trade"),
        ("[USA] [H] RTX 3080 [W] shipping costs", "", None, "other"),
        ("[META] RTX 3080 prices", "", None, "other"),
        ("Is $300 fair for a 3080?", "", None, "other"),
        ("What's a fair price for a 3080", "", None, "other"),
        ("Anyone want a 3080?", "$300 shipped", None, "sell"),
        ("RTX 3080 FE", "", "Selling", "sell"),
        ("RTX 3080 FE", "", "BUYING", "buy"),
        ("RTX 3080 FE", "", "TRADING", "trade"),
        ("[H] Birthday money [W] GTX 660", "Up to 150.", None, "buy"),
        ("[H] xmas money [W] Radeon 7870", "", None, "buy"),
        ("[USA-OH] [H] Tax return money, PayPal [W] GTX 780", "", None, "buy"),
        ("[USA-OH] [H] GTX 570, Christmas cards [W] GTX 780", "", None, "trade"),
        ("[USA-CT] [H] GTX 670 [W] $290 or best", "", None, "sell"),
        ("[USA-CT] [H] GTX 670 [W] $290 or nearest offer", "", None, "sell"),
        ("[USA-CT] [H] GTX 670 [W] $290 or a 7970", "", None, "sell_or_trade"),
        ("[USA] [H] SATA cables, a fan [W] postage", "", None, "other"),
        ("[USA] [H] SATA cables, a fan [W] just the postage", "", None, "other"),
        ("[USA] [H] SATA cables, a fan [W] cost of postage", "", None, "other"),
        ("[USA] [H] SATA cables, a fan [W] $20 + postage", "", None, "sell"),
        ("[USA] [H] GTX 580 [W] GTX 680", "If anybody would rather buy it, make me an offer.", None, "sell_or_trade"),
        ("[USA] [H] GTX 580 [W] GTX 680", "Or if you just want to buy it, shoot me a number.", None, "sell_or_trade"),
        ("[USA] [H] GTX 580 [W] GTX 680", "Cash offers are fine as well.", None, "sell_or_trade"),
        ("[USA] [H] GTX 580 [W] GTX 680", "I wanted to buy one but they are sold out.", None, "trade"),
        ("[USA] [H] GTX 580 [W] GTX 680", "Selling it is plan B, I'm not there yet.", None, "trade"),
        ("[USA] [H] GTX 580 [W] GTX 680", "I'm only selling for cash if nothing comes of this.", None, "trade"),
        ("[USA] [H] GTX 580 [W] GTX 680", "Cash is the last resort.", None, "trade"),
        ("[USA] [H] GTX 580 [W] GTX 680", "If nobody wants to trade I'm selling it for $200.", None, "sell_or_trade"),
        ("[USA] [H] GTX 580 [W] $$$", "No trades, except I might look at a 7950.", None, "sell_or_trade"),
        ("[USA] [H] GTX 580 [W] $$$", "Not looking for trades unless you have a 7950.", None, "sell_or_trade"),
        ("[USA] [H] GTX 580 [W] $$$", "I don't want trades, but would take an SSD for it.", None, "sell_or_trade"),
        ("[USA] [H] GTX 580 [W] $$$", "No trades, but I can ship tomorrow.", None, "sell"),
        ("[USA] [H] GTX 580 [W] $$$", "No trades except for the ones I have done before.", None, "sell"),
        ("[USA] [H] GTX 580 [W] offers", "I take cash by paypal, or games, or other parts.", None, "sell_or_trade"),
        ("[USA] [H] GTX 580 [W] offers", "Would like cash or parts for it.", None, "sell_or_trade"),
        ("[USA] [H] GTX 580 [W] offers", "PayPal or gift cards. Cash or card in person.", None, "sell"),
        ("[USA] [H] RTX 3080 [W] PayPal", "", "Closed", "sell"),
        ("[USA] [H] PayPal [W] RTX 3080", "", "Closed", "buy"),
        ("[FS] RTX 3080", "", None, "sell"),
        ("[FT] RTX 3080", "", None, "trade"),
        ("[FS/FT] RTX 3080", "trades welcome", None, "sell_or_trade"),
        ("[USA] [H] RTX A4000 [W] PayPal, ACH", "", None, "sell"),
        ("[USA] [H] RTX 3090 [W] PayPal, Zelle w/ rep", "", None, "sell"),
        ("[USA] [H] RTX 3090 [W] PayPal, Venmo (with references), direct deposit", "", None, "sell"),
        ("[USA] [H] RTX 3090 [W] PayPal, RTX 4080", "", None, "sell_or_trade"),
        ("[USA][H]$150 from my birthday [W]best card I can get", "", None, "buy"),
        ("[USA][H] $150 left over [W] GTX 670", "", None, "buy"),
        ("[USA] [H] GTX 780 [W] R9 290 (plus cash from me) or $210", "", None, "sell_or_trade"),
        ("[USA] [H] GTX 780 [W] $210 or R9 290 + cash from me", "", None, "sell_or_trade"),
        ("[USA] [H] GTX 780 [W] R9 290 + $60 from me", "", None, "trade"),
    ],
)
def test_what_the_writer_is_after(title: str, body: str, flair: str | None, intent: str) -> None:
    post = read_text(title)
    assert read_intent(read_title(post), post, read_text(body), flair)[0] == intent
