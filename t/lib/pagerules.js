// Runs the rule scripts of ledger-page over ledgers, for t/ledger-page.bats: node reads them, the page's own, before this.
// Of each file named on stdin, a line: FILE LINE RULE, of the first line that breaks a rule, or FILE - TIP-HEIGHT TIP-ID SUPPLY.
const {readFileSync} = require("fs");
for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const ledger = checkLedger(readBlocks(readFileSync(file, "latin1")), null, {now: BigInt(Math.floor(Date.now() / 1000)), signed: checkSignature});
    const {first, best} = ledger;
    console.log(file, first ? `${first.line} ${first.fault.broken.rule}` : best ? `- ${best.height} ${best.id} ${supplyOf(best.state)}` : "- none");
}
