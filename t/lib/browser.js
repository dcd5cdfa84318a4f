// browser.js CHROMIUM PAGE SCRIPT [ARGUMENT...]: opens the file PAGE in a headless browser, and runs SCRIPT, a module whose
// default export is given what drives the page, and the arguments. Ends with 1, and a word, if the script throws, or if the
// page reports an error or asks for anything but itself. The browser is spoken to through pipes (--remote-debugging-pipe), as
// https://chromedevtools.github.io/devtools-protocol/ says.
const { spawn } = require("child_process");
const { mkdtempSync, rmSync, writeFileSync } = require("fs");
const { tmpdir } = require("os");
const path = require("path");
const { pathToFileURL } = require("url");

const [chromium, page, script, ...rest] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "browser-"));
const browser = spawn(chromium, ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
    "--user-data-dir=" + folder, "--window-size=1280,1000", "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true });

const waiting = new Map(), faults = [];
let session, serial = 0, got = "";

function send(method, params, whole) {
    const id = ++serial;
    browser.stdio[3].write(JSON.stringify({ id, method, params: params || {}, ...(whole ? {} : { sessionId: session }) }) + "\0");
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject, method }));
}

// What the page says, or asks for, without being asked.
function hear({ method, params }) {
    if (method === "Runtime.exceptionThrown") {
        faults.push(params.exceptionDetails.exception?.description || params.exceptionDetails.text);
    } else if (method === "Log.entryAdded" && params.entry.level === "error") {
        faults.push(params.entry.text);
    } else if (method === "Network.requestWillBeSent" && !params.request.url.startsWith(pathToFileURL(page).href)) {
        faults.push("asks for " + params.request.url);
    }
}

browser.stdio[4].on("data", (data) => {
    got += data;
    const messages = got.split("\0");
    got = messages.pop();
    for (const message of messages.map((one) => JSON.parse(one))) {
        const one = waiting.get(message.id);
        waiting.delete(message.id);
        if (!one) {
            hear(message);
        } else if (message.error) {
            one.reject(new Error(one.method + ": " + message.error.message));
        } else {
            one.resolve(message.result);
        }
    }
});

const driver = {
    send,
    // The value of an expression in the page.
    async value(expression) {
        const result = await send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
        if (result.exceptionDetails) {
            throw new Error(expression + ": " + (result.exceptionDetails.exception?.description || result.exceptionDetails.text));
        }
        return result.result.value;
    },
    // Waits until an expression is true; the caller's own bound ends a wait that is in vain.
    async until(expression) {
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
    async key(key, text) {
        await send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", key, text });
        await send("Input.dispatchKeyEvent", { type: "keyUp", key });
    },
    async pointer(type, x, y) {
        await send("Input.dispatchMouseEvent", { type, x, y, button: type === "mouseMoved" ? "none" : "left", clickCount: 1 });
    },
    async click(x, y) {
        await driver.pointer("mouseMoved", x, y);
        await driver.pointer("mousePressed", x, y);
        await driver.pointer("mouseReleased", x, y);
    },
    async press(id) {
        await driver.value(`document.getElementById(${JSON.stringify(id)}).click()`);
    },
    size: (width, height) => send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false }),
    // {"prefers-color-scheme": "dark"}, and the like
    prefer: (features) => send("Emulation.setEmulatedMedia", { features: Object.entries(features).map(([name, value]) => ({ name, value })) }),
    async picture(file) {
        const { data } = await send("Page.captureScreenshot", { format: "png" });
        writeFileSync(file, Buffer.from(data, "base64"));
    },
    async open(fragment) {
        await send("Page.navigate", { url: pathToFileURL(page).href + (fragment || "") });
        await driver.until('document.readyState === "complete"');
    },
    faults,
};

async function run() {
    const { targetInfos } = await send("Target.getTargets", {}, true);
    const { targetId } = targetInfos.find((one) => one.type === "page");
    session = (await send("Target.attachToTarget", { targetId, flatten: true }, true)).sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) {
        await send(domain + ".enable");
    }
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
        // it has ended
    }
    setTimeout(() => {
        rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
        process.exit(status);
    }, 100);
}

process.on("SIGTERM", () => end(1)); // from `timeout`
browser.on("error", (e) => { console.error(String(e)); end(2); });
run().then(() => end(0), (e) => { console.error(e.stack || String(e)); end(1); });
