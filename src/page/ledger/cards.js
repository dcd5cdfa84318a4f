// All cards, in the order of the file. Only those that are near what is seen have fields in them.

const cards = new Map();

const nearby = new IntersectionObserver((entries) => {
    for (const entry of entries) {
        const card = cards.get(Number(entry.target.dataset.key));
        if (card) {
            entry.isIntersecting ? fillCard(card) : emptyCard(card);
        }
    }
}, {rootMargin: "1500px 0px"});

function newCard(key) {
    const card = makeCard(key);
    cards.set(key, card);
    nearby.observe(card.root);
    return card;
}

function dropCards(keep) {
    for (const [key, card] of cards) {
        if (!keep.has(key)) {
            card.root.remove();
            cards.delete(key);
        }
    }
}

// checked: what checkLedger gave; lanes: block key -> lane.
function showCards(checked, lanes) {
    const list = byId("blocks");
    dropCards(new Set(checked.blocks.map((block) => block.key)));
    checked.results.forEach((result, i) => {
        const key = result.block.key, card = cards.get(key) || newCard(key);
        if (list.children[i] !== card.root) {
            list.insertBefore(card.root, list.children[i] || null);
        }
        card.next = {result, start: checked.starts[i], lane: lanes.get(key), tip: result === checked.best};
        card.filled || !card.result ? updateCard(card) : updateLater(card);
    });
}

// The cards that nobody sees follow a little later.
const later = {cards: new Set(), stop: null};

function updateLater(card) {
    later.cards.add(card);
    if (!later.stop) {
        later.stop = inSlices(() => {
            const [next] = later.cards;
            later.cards.delete(next);
            if (next) {
                updateCard(next);
            }
            return !next;
        }, () => {
            later.stop = null;
        });
    }
}

function refillCard(key) {
    const card = cards.get(key);
    if (card && card.filled) {
        card.filled = false;
        fillCard(card);
    }
}

// Brings a line of a block into view, and the focus to its first wrong field.
function goTo(key, line) {
    const card = cards.get(key);
    card.most = Math.max(card.most, line + 1);
    fillCard(card);
    updateRows(card);
    card.root.scrollIntoView({block: "start", behavior: "instant"});
    const row = card.rows.children[line], wrong = row.querySelector("[aria-invalid]");
    row.scrollIntoView({block: "center", behavior: "instant"});
    (wrong || row).focus({preventScroll: true});
}

// On paper every card is whole, unless there are hundreds.
function fillForPaper() {
    if (cards.size <= 200) {
        cards.forEach(fillCard);
    }
    for (const input of byId("blocks").querySelectorAll("[data-field]")) {
        input.parentElement.dataset.paper = input.value;
    }
}
