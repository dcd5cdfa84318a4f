// Chromium without a window, spoken to through pipes (--remote-debugging-pipe), as
// https://chromedevtools.github.io/devtools-protocol/ says. What start() gives is described in browser.js.
const { spawn } = require("child_process");

const CONTROL = 2; // a bit of `modifiers`

// A connection: send(METHOD, PARAMETERS) gives what is answered; hear(METHOD, PARAMETERS) is called with what is said without being asked.
function connect(browser, hear) {
    const waiting = new Map(), at = { session: undefined };
    let serial = 0, got = "";
    browser.stdio[4].on("data", (data) => {
        got += data;
        const messages = got.split("\0");
        got = messages.pop();
        for (const message of messages.map((one) => JSON.parse(one))) {
            const one = waiting.get(message.id);
            waiting.delete(message.id);
            if (!one) {
                hear(message.method, message.params);
            } else if (message.error) {
                one.reject(new Error(one.method + ": " + message.error.message));
            } else {
                one.resolve(message.result);
            }
        }
    });
    at.send = (method, params) => {
        const id = ++serial;
        browser.stdio[3].write(JSON.stringify({ id, method, params: params || {}, sessionId: at.session }) + "\0");
        return new Promise((resolve, reject) => waiting.set(id, { resolve, reject, method }));
    };
    return at;
}

// What the page says, or asks for, without being asked.
function listen({ fault, asks }) {
    return (method, params) => {
        if (method === "Runtime.exceptionThrown") {
            fault(params.exceptionDetails.exception?.description || params.exceptionDetails.text);
        } else if (method === "Log.entryAdded" && params.entry.level === "error") {
            fault(params.entry.text);
        } else if (method === "Network.requestWillBeSent") {
            asks(params.request.url);
        }
    };
}

async function start(program, folder, heard) {
    const browser = spawn(program, ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
        "--user-data-dir=" + folder, "--window-size=1280,1000", "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true });
    heard.started(browser);
    browser.stdio.slice(3).forEach((pipe) => pipe.on("error", () => {})); // of one that was killed, or has crashed: it answers no more
    const connection = connect(browser, listen(heard)), { send } = connection;
    const { targetInfos } = await send("Target.getTargets");
    const { targetId } = targetInfos.find((one) => one.type === "page");
    connection.session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) {
        await send(domain + ".enable");
    }
    return commands(send);
}

function commands(send) {
    return {
        navigate: (url) => send("Page.navigate", { url }),
        async evaluate(expression) {
            const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
            if (exceptionDetails) {
                throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
            }
            return result.value;
        },
        type: (text) => send("Input.insertText", { text }),
        async key(key, control) {
            const letter = /^[a-z]$/.test(key) ? { code: "Key" + key.toUpperCase(), windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0) } : {};
            const press = { key, ...letter, modifiers: control ? CONTROL : 0 };
            await send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...press });
            await send("Input.dispatchKeyEvent", { type: "keyUp", ...press });
        },
        pointer: (type, x, y) => send("Input.dispatchMouseEvent",
            { type: { move: "mouseMoved", down: "mousePressed", up: "mouseReleased" }[type], x, y, button: type === "move" ? "none" : "left", clickCount: 1 }),
        size: (width, height) => send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false }),
        prefer: (features) => send("Emulation.setEmulatedMedia", { features: Object.entries(features).map(([name, value]) => ({ name, value })) }),
        async files(id, files) {
            const { result } = await send("Runtime.evaluate", { expression: `document.getElementById(${JSON.stringify(id)})` });
            await send("DOM.setFileInputFiles", { files, objectId: result.objectId });
        },
        picture: async () => (await send("Page.captureScreenshot", { format: "png" })).data,
        paper: async () => (await send("Page.printToPDF", { preferCSSPageSize: true, printBackground: false })).data,
    };
}

module.exports = { start };
