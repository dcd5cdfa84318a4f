// browser.js BROWSER PROGRAM PAGE SCRIPT [ARGUMENT...]: opens the file PAGE in a browser without a window, and runs SCRIPT, a module
// whose default export is given what drives the page, and the arguments. BROWSER is the kind of PROGRAM: chromium or firefox.
// Ends with 1, and a word, if the script throws, or if the page reports an error or asks for anything but itself; with 3 if the browser
// does not answer for two minutes, as one that hangs.
//
// start(PROGRAM, FOLDER, {started, fault, asks}) of each kind's own file starts it with an empty FOLDER as its profile, says so with
// started(PROCESS), calls fault(TEXT) for each error of the page and asks(URL) for each request, and gives
//     navigate(url)                     which may end before the page is there
//     evaluate(expression)              its value; of a promise, what it becomes
//     type(text), key(key, control)     to what has the focus; a key has the name that KeyboardEvent.key gives
//     pointer(type, x, y)               move, down, up
//     size(width, height)               of the page, in CSS pixels
//     prefer({feature: value})          as in CSS: {"prefers-color-scheme": "dark"}
//     files(id, paths)                  chooses these in the input of that id
//     picture(), paper()                a PNG of what is seen, and a PDF of the page as it is printed, in base64
const { mkdtempSync, rmSync, writeFileSync } = require("fs");
const { tmpdir } = require("os");
const path = require("path");
const { pathToFileURL } = require("url");

const [kind, program, page, script, ...rest] = process.argv.slice(2);
const address = pathToFileURL(page).href;
const folder = mkdtempSync(path.join(tmpdir(), "browser-"));
const faults = [];
const HANGS = 3, ANSWER_MS = 120000;
let browser, awaited = "the page";

async function answered(what, answer) {
    const late = setTimeout(() => {
        console.error("the browser does not answer: " + what);
        end(HANGS);
    }, ANSWER_MS);
    try {
        return await answer;
    } finally {
        clearTimeout(late);
    }
}

function watched(commands) {
    return Object.fromEntries(Object.entries(commands).map(([name, command]) => [name, (...given) => answered(name, command(...given))]));
}

function drive(commands) {
    const driver = {
        ...commands,
        value: (expression) => commands.evaluate(expression).catch((e) => {
            throw new Error(expression + ": " + e.message);
        }),
        // Waits until an expression is true; the caller's own bound ends a wait that is in vain.
        async until(expression) {
            awaited = expression;
            while (!await driver.value(expression)) {
                await new Promise((resolve) => setTimeout(resolve, 30));
            }
        },
        async same(expression, expected) {
            const value = await driver.value(expression);
            if (JSON.stringify(value) !== JSON.stringify(expected)) {
                throw new Error(expression + " is " + JSON.stringify(value) + ", not " + JSON.stringify(expected));
            }
        },
        async click(x, y) {
            for (const type of ["move", "down", "up"]) {
                await commands.pointer(type, x, y);
            }
        },
        async press(id) {
            await driver.value(`document.getElementById(${JSON.stringify(id)}).click()`);
        },
        async picture(file) {
            writeFileSync(file, Buffer.from(await commands.picture(), "base64"));
        },
        async paper(file) {
            writeFileSync(file, Buffer.from(await commands.paper(), "base64"));
        },
        async open(fragment) {
            await commands.navigate(address + (fragment || ""));
            await driver.until('document.readyState === "complete"');
        },
        kind,
        faults,
    };
    return driver;
}

async function run() {
    const commands = await answered("start", require("./" + kind + ".js").start(program, folder, {
        started(process) {
            browser = process;
            browser.on("error", (e) => { console.error(String(e)); end(2); });
        },
        fault: (text) => faults.push(text),
        asks: (url) => url.startsWith(address) || /^(?:about|data):/.test(url) || faults.push("asks for " + url),
    }));
    const driver = drive(watched(commands));
    await driver.open();
    await (await import(pathToFileURL(path.resolve(script)).href)).default(driver, ...rest);
    if (faults.length > 0) {
        throw new Error(faults.join("\n"));
    }
}

function end(status) {
    try {
        process.kill(-browser.pid, "SIGKILL");
    } catch {
        // it has ended, or was not started
    }
    setTimeout(() => {
        rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
        process.exit(status);
    }, 100);
}

process.on("SIGTERM", () => { // from `timeout`
    console.error("still false: " + awaited);
    end(1);
});
run().then(() => end(0), (e) => { console.error(e.stack || String(e)); end(1); });
