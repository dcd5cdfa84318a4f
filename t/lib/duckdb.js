// duckdb.js TSV: what each account has, ACCOUNT BALANCE a line, summed up by DuckDB from a table that
// `ledger-export -f tsv` made. It needs the npm package @duckdb/node-api (t/lib/duckdb.sh).
const { DuckDBInstance } = require("@duckdb/node-api");

const BALANCES = `
    SELECT account, sum(change)::VARCHAR AS balance
    FROM (SELECT payee AS account, amount AS change FROM entries WHERE payee IS NOT NULL
          UNION ALL
          SELECT payer, -amount - fee FROM entries WHERE payer IS NOT NULL)
    GROUP BY account ORDER BY account`;

async function main(path) {
    const db = await (await DuckDBInstance.create(":memory:")).connect();
    await db.run(`CREATE TABLE entries AS FROM read_csv('${path.replaceAll("'", "''")}', delim = '\t', types = {'memo': 'VARCHAR'})`);
    const types = await db.runAndReadAll("SELECT column_name, data_type FROM information_schema.columns");
    console.error(types.getRows().map((row) => row.join(" ")).join(", "));
    const sums = await db.runAndReadAll(BALANCES);
    for (const row of sums.getRows())
        console.log(row.join(" "));
}

main(process.argv[2]).catch((e) => { console.error(String(e)); process.exit(2); });
