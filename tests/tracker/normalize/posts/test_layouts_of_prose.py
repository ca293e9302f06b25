"""One or two cards told of in sentences, among all that sellers tell besides, with what is true of them."""

import random
from dataclasses import dataclass, field

import pytest

from tests.tracker.normalize.posts.made_up import CARDS, REMARKS, name_of
from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

POSTS = 500
OPENINGS = (
    "Selling my {x}.", "Up for sale is my {x}.", "I have a {x} that I no longer need.", "{x}, works perfectly.",
    "Hi all, selling this {x}.", "This is a {x}.", "For sale: {x}.", "Letting go of my {x}, bought new.",
)  # fmt: skip
ASKS = (
    "Asking ${p} shipped.", "Looking for ${p} shipped.", "${p} shipped.", "I'd like ${p} for it, shipped.",
    "Price is ${p} shipped.", "Would like to get ${p} shipped.", "${p} and I'll ship it.", "${p} OBO shipped.",
    "Asking {p} shipped.", "I'm asking ${p}, shipping included.", "${p} firm, shipped.", "Let it go for ${p} shipped.",
    "${p} takes it, shipping on me.", "Yours for ${p} shipped.", "{p} shipped.", "Price: ${p} shipped",
    "${p} shipped or ${low} local.", "Local is ${low}, ${p} shipped.", "Asking ~~${high}~~ ${p} shipped.",
    "Was ${high}, now ${p} shipped.", "How about ${p} shipped?", "I'll take ${p} shipped.", "Price drop! ${p} shipped.",
    "Not greedy, so ${p} shipped.", "I think ${p} shipped is fair.", "Make it ${p}, shipped.", "${p} to your door.",
    "${p} gets it shipped to you.", "Let's say ${p} shipped.",
)  # fmt: skip
TALK = (
    "Paid ${x} for it in 2021.", "I bought it for ${x} from Best Buy.", "MSRP was ${x}.", "They go for ${x} on eBay.",
    "Retails for ${x} new.", "It cost me ${x} at launch.", "A new one is ${x}.", "Scored {y} in Time Spy.",
    "Boosts to 1950 MHz and stays under 70C.", "It has 8GB more than my old 970.", "Upgraded to a 5090.",
    "Upgraded from it to a 4080 Super.", "Replaced it with a 9070 XT.", "It ran next to a 5800X3D and 32GB of RAM.",
    "Power supply should be 750W or more.", "Draws about 320W.", "Card is 13 inches long and 3 slots.",
    "I have 45 trades here.", "Warranty until March 2027.", "Used it for 14 months.", "My zip is 97201.",
    "Great for 1440p, does 120 fps in most games.", "Comes with 2 adapters and the box.",
    "No low offers please, I know what they sell for.", "Compared to a 3090 it's about 10% slower.",
    "Please have 10+ trades.", "Local pickup in 97201 works too.", "I can meet at 5pm on weekdays.",
    "Last one I saw here went for ${x}.", "No mining, no overclock.",
    "Fans replaced in 2023 for $25.", "It was $120 off on Black Friday.", "Ran it at 80% power for a year.",
)  # fmt: skip
PASSING = (
    "I'm keeping my {y}.", "My {y} is staying with me.", "The {y} in the picture is not for sale.",
    "Not selling the {y}, don't ask.", "I also own a {y} but it stays.",
    "Got a {y} for my birthday so this has to go.", "Just picked up a {y}.", "I bought a {y} last week.",
    "Replaced by a {y}.", "A {y} took its place.", "Moved to a {y}.", "My wife got me a {y}.",
    "The new {y} arrived yesterday.", "I went from this to a {y}.", "It beats a {y} by 10%.",
    "About as fast as a {y}.", "Somewhere between a {y} and a 4060.", "Performs like a {y} but with more memory.",
    "Runs cooler than the {y} I had before.", "Quieter than my old {y}.", "It replaced my {y} two years ago.",
    "Before this I had a {y}.", "I had a {y} before.", "Would trade for a {y}.",
    "Might trade for a {y} plus cash on my side.", "Looking for a {y} in return.", "Interested in trades for a {y}.",
    "Not interested in a {y}.", "Open to a {y} trade.", "Will consider a {y} plus cash.",
    "No trades unless it's a {y}.", "Waiting for the {y} to ship.", "Saving up for a {y}.", "Selling to fund a {y}.",
    "Need cash for a {y}.", "The box says {y} but it's the right card inside, wrong box.", "Comes in a {y} box.",
    "Photo shows it next to a {y} for scale.", "It shares the cooler with the {y}.", "Same length as the {y}.",
    "The PSU ran a {y} before without problems.", "If you have a {y} you won't notice much difference.",
    "Coming from a {y} it's a big jump.", "Big upgrade over a {y}.", "Don't buy this if you have a {y}.",
    "My friend has a {y} and says it's the same.", "I sold my {y} here last month.",
    "Sold a {y} to u/somebody here before.", "Previously sold: {y}.", "I have sold a {y} and a 3060 here before.",
    "Bundled with my {y} sale last year.", "Water block for a {y} also fits.", "I'm running a {y} now.",
    "Currently using a {y}.", "My main rig has a {y}.", "The kid's PC has a {y} already.",
    "Swapped it for a {y} in my main rig.", "Went with a {y} instead.",
    "I ended up with two cards after my {y} RMA came back.", "EVGA sent me a {y} as a replacement.",
    "Ended up buying a {y} on Black Friday.", "This was a step up from the {y}.",
    "Think of it as a {y} with more VRAM.", "The {y} I wanted is finally in stock.", "It's not a {y}.",
    "This is not the {y} version.",
)  # fmt: skip
"""What names a card that is not on offer."""
PAIRS = (
    "The {a} is ${p} shipped and the {b} is ${q} shipped.", "Asking ${p} for the {a} and ${q} for the {b}, shipped.",
    "${p} shipped for the {a}, ${q} shipped for the {b}.", "{a}: ${p}. {b}: ${q}. Both shipped.",
    "I want ${p} for the {a} and ${q} for the {b}, shipping included.", "{a} is ${p}, {b} is ${q}, shipped.",
    "Looking for ${p} on the {a} and ${q} on the {b}, both shipped.",
    "{a} for ${p}, {b} for ${q}. Prices include shipping.",
    "${p} for the {a} or ${q} for the {b}, shipped.", "The {a} I'd like ${p} for, the {b} ${q}. Shipping is included.",
    "Prices: {a} ${p}, {b} ${q}. Shipped.", "{a} - ${p} / {b} - ${q}, shipped prices.",
    "${p} gets you the {a}, ${q} the {b}. Shipping is on me.", "The {a} at ${p} and the {b} at ${q}, shipped.",
)  # fmt: skip
FOR_BOTH = ("", "", " ${r} for both.", " Take both for ${r}.", " Both for ${r} shipped.", " Or ${r} for the pair.")


@dataclass
class Made:
    """A post, and by model the price and the state that are true of it."""

    title: str = ""
    lines: list[str] = field(default_factory=list)
    true: dict[str, list[object]] = field(default_factory=dict)


def _priced(chance: random.Random, model: str) -> int:
    return CARDS[model] + chance.choice((-5, 5, 15, 25))


def _short(chance: random.Random, model: str, name: str) -> str:
    bare = model.removeprefix("GeForce ").removeprefix("Radeon ")
    number = bare if bare == model else bare.removeprefix("RTX ").removeprefix("RX ").removeprefix("GTX ")
    return chance.choice((name, bare, number))


def _one(chance: random.Random, made: Made) -> list[str]:
    model = chance.choice(sorted(CARDS))
    name, price = name_of(chance, model), _priced(chance, model)
    made.true[model] = [price, "available"]
    figure = f"{price:,}" if chance.random() < 0.3 else str(price)
    ask = chance.choice(ASKS).format(p=figure, low=price - 20, high=price + 50)
    talk = [
        sentence.format(x=int(price * chance.choice((1.4, 1.8, 2.2))), y=chance.choice((11250, 18400, 23100)))
        for sentence in chance.sample(TALK, chance.randint(1, 5))
    ]
    other = chance.choice([card for card in sorted(CARDS) if card != model and card.startswith(("GeForce", "Radeon"))])
    if chance.random() < 0.5:
        talk.append(chance.choice(PASSING).format(y=_short(chance, other, name_of(chance, other))))
    made.title = f"[USA-OR] [H] {name} [W] {chance.choice(('PayPal', 'PayPal, Local Cash', 'PayPal G&S'))}"
    place = chance.randint(0, len(talk))
    return [chance.choice((*OPENINGS, "")).format(x=name), *talk[:place], ask, *talk[place:]]


def _two(chance: random.Random, made: Made) -> list[str]:
    first, second = chance.sample(sorted(CARDS), 2)
    names = {model: name_of(chance, model) for model in (first, second)}
    prices = {model: _priced(chance, model) for model in (first, second)}
    made.true |= {model: [price, "available"] for model, price in prices.items()}
    both = chance.choice(FOR_BOTH).format(r=sum(prices.values()) - chance.choice((20, 30, 40)))
    a, b = (_short(chance, model, names[model]) for model in (first, second))
    pair = chance.choice(PAIRS).format(a=a, b=b, p=prices[first], q=prices[second])
    made.title = f"[USA-OR] [H] {', '.join(names.values())} [W] PayPal"
    return [f"{chance.choice(REMARKS).capitalize()}.", pair + both]


def _made(number: int) -> Made:
    chance, made = random.Random(number), Made()
    sentences = chance.choice((_one, _one, _two))(chance, made)
    gap = chance.choice((" ", "\n", "\n\n"))
    made.lines = ["Timestamp: https://imgur.com/a/x", "", *gap.join(filter(None, sentences)).split("\n")]
    return made


@pytest.mark.parametrize("number", range(POSTS))
def test_an_ask_is_told_from_all_that_is_told_besides(number: int) -> None:
    made = _made(number)
    listing = ListingText(id="1", source="hardwareswap", title=made.title, body="\n".join(made.lines))

    offers = read_post(listing, explain=False).offers

    read = {offer.model: [offer.price, offer.status] for offer in offers}
    assert len(offers) == len(made.true)
    assert read == made.true, "\n".join([made.title, *made.lines])
    assert {offer.shipping for offer in offers} == {"included"}, "\n".join([made.title, *made.lines])
