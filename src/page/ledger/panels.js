// The verdict, the balances, the keys, and what is not checked.

function verdictText(checked, left) {
    if (!checked.results.length) {
        return say("verdict.empty");
    }
    const wrong = checked.results.filter((result) => result.broken || result.after).length, blocks = checked.results.length;
    if (wrong) {
        const {line, fault} = checked.first;
        return say("verdict.bad", {count: wrong, blocks, line, rule: faultInWords(fault.broken, true)});
    }
    const {rules, height} = checked.best, good = say(rules.members ? "verdict.part" : "verdict.good", {blocks, height});
    return left ? good + " " + say("verdict.checking", {left}) : good;
}

// ledgers: those that are shown.
function showVerdict(ledgers, left) {
    const bad = ledgers.some(({checked}) => checked.first || !checked.results.length), status = bad ? "bad" : left ? "checking" : "good";
    const text = ({name, checked}) => (ledgers.length > 1 ? name + ": " : "") + verdictText(checked, left);
    byId("verdict").className = "verdict " + status;
    byId("verdict-icon").textContent = STATUS_ICONS[status];
    byId("verdict-text").textContent = ledgers.map(text).join("\n");
    byId("next").hidden = ledgers.length > 1 || ledgers[0].checked.first === null;
}

function table(heads, rows) {
    const cells = (tag, list) => element("tr", {}, ...list.map((text) => element(tag, tag === "th" ? {scope: "col"} : {}, text)));
    return element("table", {}, element("thead", {}, cells("th", heads)), element("tbody", {}, ...rows.map((row) => cells("td", row))));
}

function showBalances(checked) {
    if (!byId("balances").open) {
        return;
    }
    const state = checked.best ? [...checked.best.state] : [];
    const rows = state.filter(([, {have, seq}]) => have || seq).sort((a, b) => Number(b[1].have - a[1].have)).slice(0, 500);
    const shown = ([who, {have, seq}]) => [names.has(who) ? `${names.get(who)} · ${who}` : who, String(have), String(seq)];
    byId("balance-table").replaceChildren(table([say("balances.account"), say("balances.balance"), say("balances.paid")], rows.map(shown)));
}

function showScope(checked) {
    const {rules} = checked.results[0] || {}, box = byId("scope-here");
    box.hidden = !rules || !rules.members;
    if (!box.hidden) {
        const more = rules.allow.has("stake") ? [element("p", {}, say("scope.stake"))] : [];
        box.replaceChildren(element("p", {}, say("scope.members", {seal: rules.seal})), ...more);
    }
}

function showKeys(keys, checked) {
    const state = checked && checked.best ? checked.best.state : new Map(), list = byId("key-list");
    const items = [...keys].map(([account, {name}]) => element("li", {}, element("strong", {}, name), " ", element("code", {}, account), " ",
        say("keys.has", {amount: accountIn(state, account).have})));
    list.replaceChildren(...(items.length ? items : [element("li", {}, say("keys.none"))]));
}
